/* SPDX-License-Identifier: MIT */
#include "misbehave.h"

#include "steps.h"

#include <err.h>
#include <unistd.h>

enum { LIFE_S = 300, SOURCE_SIZE = 3000 };

void limit_life(void)
{
    (void)alarm(LIFE_S);
}

int tell_beginning(int argc, char **argv)
{
    int wrong = begin_story(argc, argv, "tmp_root_sibling", "a b");
    if (wrong)
        return wrong;
    make_file("a", (struct content){"source", SOURCE_SIZE});
    return story_goes_on() ? 0 : end_story();
}

int tell_up_to_rename(int argc, char **argv)
{
    int wrong = tell_beginning(argc, argv);
    if (wrong == 0)
        enter_rename(full_path("a"), full_path("b"));
    return wrong;
}

int tell_the_rest(void)
{
    const struct move move = {.from = "a",
                              .to = "b",
                              .source = {"source", SOURCE_SIZE},
                              .after = {{.directory = ".", .names = "b"}}};
    rename_and_check(&move);
    return end_story();
}

void sleep_for_ever(void)
{
    for (;;)
        (void)pause();
}

pid_t fork_limited(void)
{
    pid_t pid = fork();
    if (pid < 0)
        err(2, "fork");
    if (pid == 0)
        limit_life();
    return pid;
}
