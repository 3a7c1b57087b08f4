/* SPDX-License-Identifier: MIT */
#include "run/cell/behind.h"

#include "base/files.h"
#include "base/text.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* One that holds the lock is in the file system; of two, either may be it. */
enum { BYSTANDERS_MAX = 64 };

static bool has(unsigned waits, enum kernel_wait wait)
{
    return (waits & 1U << wait) != 0;
}

const struct bystander *behind_decide(unsigned own, bool unseen_sleep, const char *device,
                                      const struct bystander *all, size_t count)
{
    const struct bystander *unseen = NULL;
    bool waits = has(own, KERNEL_WAIT_NAME_LOCK) || (has(own, KERNEL_WAIT_UNSEEN) && unseen_sleep);
    if (!waits || has(own, KERNEL_WAIT_FILE_SYSTEM) || device[0] == '\0')
        return NULL;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(all[i].device, device) != 0)
            continue;
        if (has(all[i].waits, KERNEL_WAIT_FILE_SYSTEM))
            return &all[i];
        if (has(all[i].waits, KERNEL_WAIT_UNSEEN) && unseen == NULL)
            unseen = &all[i];
    }
    return unseen;
}

/* Whether a word of a command line (NAME, --option=NAME, VARIABLE="NAME") names something there. */
static bool is_on(const char *word, const char *directory, const char *device)
{
    char path[2 * PATH_MAX];
    char found[MOUNT_DEVICE_SIZE];
    const char *value = strchr(word, '=');
    const char *name = value == NULL ? word : value + 1;
    name += name[0] == '"' ? 1 : 0;
    if (name[0] != '/' && path_format(path, sizeof path, NULL, "%s/%s", directory, name) != 0)
        return false;
    return mount_find_device(name[0] == '/' ? name : path, found) && strcmp(found, device) == 0;
}

static void name_stranger(const struct process *process, const char *program, struct bystander *out)
{
    const char *base = strrchr(program, '/');
    const char *name = base == NULL ? program : base + 1;
    if (strncmp(name, process->comm, strlen(process->comm)) != 0)
        name = process->comm; /* it calls itself something else */
    (void)text_sanitize(name, strlen(name), out->name, sizeof out->name);
}

/*
 * A stranger, such as what an earlier run had to leave behind, works on the file system if it is
 * there, or if its command line names something there. Only for one that is settled.
 */
static bool meet_stranger(const struct process *process, const char *device, struct bystander *out)
{
    char path[64];
    char words[8192];
    char directory[PATH_MAX];
    (void)snprintf(path, sizeof path, "/proc/%d/cwd", (int)process->pid);
    ssize_t linked = readlink(path, directory, sizeof directory - 1);
    directory[linked < 0 ? 0 : linked] = '\0';
    (void)snprintf(path, sizeof path, "/proc/%d/cmdline", (int)process->pid);
    ssize_t length = proc_read(path, words, sizeof words);
    if (length <= 0)
        return false;
    name_stranger(process, words, out);
    (void)snprintf(out->device, sizeof out->device, "%s", device);
    bool found = is_on("", directory, device);
    for (const char *word = words + strlen(words) + 1; !found && word < words + length;
         word += strlen(word) + 1)
        found = is_on(word, directory, device);
    return found;
}

static bool is_own(const struct tree *tree, pid_t pid)
{
    return pid == tree->runner || tree_has(tree, pid);
}

static bool meet(const struct process *process, const char *device, behind_knows knows,
                 void *context, struct bystander *out)
{
    struct process_waits waits = process_waits_read(process->pid);
    if (!has(waits.set, KERNEL_WAIT_FILE_SYSTEM) && !has(waits.set, KERNEL_WAIT_UNSEEN))
        return false;
    *out = (struct bystander){.pid = process->pid, .waits = waits.set};
    if (knows(context, process->pid, out))
        return true;
    return waits.settled && has(waits.set, KERNEL_WAIT_FILE_SYSTEM) &&
           meet_stranger(process, device, out);
}

static unsigned own_waits(const struct tree *tree, bool *unseen_sleep)
{
    unsigned own = 0;
    *unseen_sleep = false;
    for (size_t i = 0; i < tree->count; i++)
        if (!tree->members[i].ended) {
            unsigned set = process_waits_read(tree->members[i].pid).set;
            *unseen_sleep =
                *unseen_sleep || (has(set, KERNEL_WAIT_UNSEEN) && tree->members[i].state == 'D');
            own |= set;
        }
    return own;
}

bool behind_find(const struct tree *tree, const char *device, const struct process_table *table,
                 behind_knows knows, void *context, struct bystander *out)
{
    static struct bystander met[BYSTANDERS_MAX];
    size_t count = 0;
    bool unseen_sleep;
    unsigned own = own_waits(tree, &unseen_sleep);
    if (!has(own, KERNEL_WAIT_NAME_LOCK) && !unseen_sleep) /* nearly always: nobody is looked for */
        return false;
    for (size_t i = 0; i < table->count && count < BYSTANDERS_MAX; i++)
        if (!is_own(tree, table->rows[i].pid) &&
            meet(&table->rows[i], device, knows, context, &met[count]))
            count++;
    const struct bystander *found = behind_decide(own, unseen_sleep, device, met, count);
    if (found != NULL)
        *out = *found;
    return found != NULL;
}
