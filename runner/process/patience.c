/* SPDX-License-Identifier: MIT */
#include "process/patience.h"

#include "base/cleanup.h"
#include "base/clock.h"

#include <poll.h>
#include <stdio.h>

/* Nearly every wait is over before the first look, which then costs nothing. */
static void look_again_later(struct patience *patience, uint64_t now_ns)
{
    uint64_t left_ns = patience->budget_ns - patience->meter.charged_ns;
    uint64_t tick_ns = meter_tick_ns(patience->budget_ns);
    patience->expected_ns = now_ns + (left_ns < tick_ns ? left_ns : tick_ns);
}

void patience_start(struct patience *patience, pid_t helper, uint64_t budget_ns,
                    uint64_t longest_ns, uint64_t now_ns)
{
    patience_release(patience);
    *patience = (struct patience){
        .helper = helper,
        .budget_ns = budget_ns,
        .longest_ns = longest_ns,
        .began_ns = now_ns,
    };
    meter_start(&patience->meter, now_ns, false);
    look_again_later(patience, now_ns);
}

/* The helper with what it has started, or NULL where memory ran out. */
static const struct tree *find_tree(struct patience *patience, uint64_t now_ns,
                                    struct process_table *table)
{
    static struct cgroup none = {.fd = -1};
    if (patience->tree.members == NULL &&
        tree_start(&patience->tree, patience->helper, &none, NULL) != 0)
        return NULL;
    if (table->count == 0)
        (void)process_table_scan(table, NULL);
    tree_update(&patience->tree, table, now_ns);
    return &patience->tree;
}

bool patience_is_over(struct patience *patience, uint64_t now_ns, struct process_table *table)
{
    if (now_ns < patience->expected_ns)
        return false;
    meter_charge(&patience->meter, now_ns, patience->expected_ns,
                 find_tree(patience, now_ns, table));
    if (patience->meter.ran)
        meter_reset(&patience->meter, now_ns); /* it got on: silence begins anew */
    uint64_t present_ns = now_ns - patience->began_ns - patience->meter.absent_ns;
    if (patience->meter.charged_ns >= patience->budget_ns || present_ns >= patience->longest_ns)
        return true;
    look_again_later(patience, now_ns);
    return false;
}

bool patience_poll(struct patience *patience, int fd)
{
    CLEANUP(process_table_release) struct process_table table = {0};
    struct pollfd readable = {.fd = fd, .events = POLLIN};
    uint64_t now_ns = clock_now_ns();
    if (patience_is_over(patience, now_ns, &table))
        return false;
    uint64_t left_ns = patience->expected_ns > now_ns ? patience->expected_ns - now_ns : 0;
    (void)poll(&readable, 1, (int)(left_ns / NS_PER_MS) + 1);
    return true;
}

void patience_describe(const struct patience *patience, char *out, size_t size)
{
    bool silent = patience->meter.charged_ns >= patience->budget_ns;
    (void)snprintf(out, size, "the file system %s %.0f s",
                   silent ? "did not answer for" : "is too slow: not done after",
                   clock_ns_to_ms(silent ? patience->budget_ns : patience->longest_ns) / 1000.0);
}

void patience_release(struct patience *patience)
{
    meter_release(&patience->meter);
    tree_release(&patience->tree);
}
