/* SPDX-License-Identifier: MIT */
/* A panic's line is one of one stream, whatever the other stream says in between; and what is there
 * is heard to its end. */
#include "run/cell/streams.h"

#include "base/files.h"
#include "unit.h"
#include "verdict/journal_fixture.h"
#include "verdict/shapes.h"

#include <fcntl.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#define CELL_NONCE "abcdefgh12345678"

/* A cell's two streams, as the runner hears them and as a target writes them. */
struct hearing {
    char path[64];
    struct output output;
    int writers[2]; /* of standard output and of standard error */
    json_t *panic_lines;
    struct journal_account account;
    struct streams streams;
};

static void begin_with(struct hearing *hearing, const char *console)
{
    struct error error = ERROR_INIT;
    int ends[2][2];
    *hearing = (struct hearing){.path = "/tmp/test-streams.XXXXXX"};
    assert_non_null(mkdtemp(hearing->path));
    hearing->output = (struct output){.deputy = {.fd = -1}};
    assert_int_equal(output_open(&hearing->output, hearing->path, "run", &error), 0);
    hearing->panic_lines = json_pack("[s]", "Kernel panic - not syncing");
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(pipe2(ends[i], O_CLOEXEC | O_NONBLOCK), 0);
        hearing->writers[i] = ends[i][1];
    }
    account_start(&hearing->account, shape_find("tmp_root_sibling"), "/tmp", 1);
    assert_int_equal(streams_start(&hearing->streams, &hearing->account, CELL_NONCE,
                                   hearing->panic_lines, ends[0][0], ends[1][0], console,
                                   console == NULL, &hearing->output, "cell", &error),
                     0);
}

static void begin(struct hearing *hearing)
{
    begin_with(hearing, NULL);
}

static void end_with(struct hearing *hearing, bool was_cut)
{
    struct error error = ERROR_INIT;
    bool cut = !was_cut;
    assert_int_equal(streams_finish(&hearing->streams, &cut, &error), 0);
    assert_int_equal(cut, was_cut);
    streams_release(&hearing->streams);
    json_decref(hearing->panic_lines);
    for (size_t i = 0; i < 2; i++)
        (void)close(hearing->writers[i]);
    pid_t deputy = hearing->output.deputy.pid;
    output_close(&hearing->output);
    assert_int_equal(waitpid(deputy, NULL, 0), deputy);
    assert_int_equal(remove_tree(hearing->path, &error), 0);
}

static void end(struct hearing *hearing)
{
    end_with(hearing, false);
}

/* What a target writes to one stream, heard before it writes anything else. */
static void say(struct hearing *hearing, int stream, const char *text)
{
    size_t length = strlen(text);
    assert_int_equal(write(hearing->writers[stream], text, length), length);
    streams_read(&hearing->streams, 2);
}

static void a_line_cut_by_the_other_stream_is_found(void **state)
{
    (void)state;
    static const char line[] = "[    0.5] Kernel panic - not syncing: oops\r\n";
    for (size_t cut_at = 1; cut_at + 1 < sizeof line; cut_at++) {
        for (int stream = 0; stream < 2; stream++) {
            struct hearing hearing;
            char head[sizeof line] = "";
            begin(&hearing);
            memcpy(head, line, cut_at);
            say(&hearing, stream, head);
            say(&hearing, 1 - stream, "noise\nof the other stream");
            assert_null(streams_panic(&hearing.streams));
            say(&hearing, stream, line + cut_at);
            const struct panic_watch *panic = streams_panic(&hearing.streams);
            assert_non_null(panic);
            assert_string_equal(panic_watch_line(panic, 0),
                                "[    0.5] Kernel panic - not syncing: oops");
            end(&hearing);
        }
    }
}

static void two_halves_on_two_streams_are_no_panic(void **state)
{
    (void)state;
    static const char *const halves[] = {"Kernel panic - ", "not syncing: oops\n"};
    for (int stream = 0; stream < 2; stream++) {
        struct hearing hearing;
        begin(&hearing);
        say(&hearing, stream, halves[0]);
        say(&hearing, 1 - stream, halves[1]);
        say(&hearing, stream, "is what it could have said\n");
        assert_null(streams_panic(&hearing.streams));
        end(&hearing);
    }
}

/* Before a verdict everything is heard that is there, and a file may hold more than a pipe. */
static void a_long_console_file_is_heard_to_its_end(void **state)
{
    (void)state;
    enum { NOISE = 4 << 20 };
    struct hearing hearing;
    char path[] = "/tmp/test-console.XXXXXX";
    char *noise = malloc(NOISE);
    assert_non_null(noise);
    memset(noise, 'x', NOISE);
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    begin_with(&hearing, path);
    assert_int_equal(write(fd, noise, NOISE), NOISE);
    assert_int_equal(write(fd, "\nKernel panic - not syncing: oops\n", 34), 34);
    streams_read(&hearing.streams, 2);
    assert_non_null(streams_panic(&hearing.streams));
    end_with(&hearing, true);
    free(noise);
    (void)close(fd);
    assert_int_equal(unlink(path), 0);
}

/* A file is there when the guest has made it, a FIFO before; whoever opens that without waiting
 * must find a reader. */
static void what_a_console_file_holds_is_heard_at_once(void **state)
{
    (void)state;
    for (int fifo = 0; fifo < 2; fifo++) {
        struct hearing hearing;
        char directory[] = "/tmp/test-console.XXXXXX";
        char path[64];
        assert_non_null(mkdtemp(directory));
        (void)snprintf(path, sizeof path, "%s/console", directory);
        if (fifo == 1)
            assert_int_equal(mkfifo(path, 0600), 0);
        begin_with(&hearing, path);
        int fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | (fifo == 1 ? 0 : O_CREAT), 0600);
        assert_true(fd >= 0);
        assert_int_equal(write(fd, "Kernel panic - not ", 19), 19);
        streams_read(&hearing.streams, 2);
        assert_null(streams_panic(&hearing.streams));
        assert_int_equal(write(fd, "syncing\n", 8), 8);
        (void)close(fd);
        streams_read(&hearing.streams, 3);
        assert_non_null(streams_panic(&hearing.streams));
        assert_false(streams_journal_ended(&hearing.streams));
        end_with(&hearing, false);
        assert_int_equal(unlink(path), 0);
        assert_int_equal(rmdir(directory), 0);
    }
}

static void a_console_file_that_cannot_be_read_is_a_failure(void **state)
{
    (void)state;
    struct error error = ERROR_INIT;
    struct journal_account account = {0};
    struct streams streams;
    assert_int_equal(streams_start(&streams, &account, CELL_NONCE, NULL, -1, -1, "/tmp", false,
                                   NULL, "cell", &error),
                     -1);
    assert_non_null(strstr(error.what, "Is a directory"));
    streams_release(&streams);
}

/* What the journal says, from the line with this number on. */
static void tell(struct hearing *hearing, unsigned long sequence, uint64_t now_ns,
                 const char *const *bodies, size_t count)
{
    struct text text = {0};
    for (size_t i = 0; i < count; i++) {
        text_add_line(&text, CELL_NONCE, sequence + i, bodies[i]);
        text_add_string(&text, "\n");
    }
    assert_int_equal(write(hearing->writers[0], text.bytes, text.length), text.length);
    streams_read(&hearing->streams, now_ns);
    text_free(&text);
}

static const char *const until_rename[] = {BEGIN, "enter rename from=/tmp/a to=/tmp/b"};
static const char *const late_pass[] = {"leave rename ret=0", "check old_gone result=held",
                                        "end pass checks=1 broken=0"};

/* The probe is done, too late; only how late that was is still of interest. */
static void what_comes_behind_the_verdict_changes_nothing(void **state)
{
    (void)state;
    struct hearing hearing;
    begin(&hearing);
    tell(&hearing, 0, 1000, until_rename, 2);
    streams_judge(&hearing.streams);
    tell(&hearing, 2, 5000, late_pass, 3);
    const struct journal_account *account = &hearing.account;
    assert_int_equal(account->returned_after_ns, 4000);
    assert_true(account->call_is_out);
    assert_int_equal(account->outcome, OUTCOME_NONE);
    assert_int_equal(account->renames_returned, 0);
    assert_int_equal(account->event_count, 2);
    assert_int_equal(streams_counts(&hearing.streams)->lines, 2);
    end(&hearing);
}

/* A late line of somebody else's makes no journal bad that was good, and no call return. */
static void a_bad_line_behind_the_verdict_is_no_answer(void **state)
{
    (void)state;
    static const char *const gap[] = {"leave rename ret=0"};
    struct hearing hearing;
    begin(&hearing);
    tell(&hearing, 0, 1000, until_rename, 2);
    streams_judge(&hearing.streams);
    tell(&hearing, 7, 5000, gap, 1);
    tell(&hearing, 2, 6000, late_pass, 3);
    assert_int_equal(hearing.account.returned_after_ns, 0);
    assert_null(streams_bad(&hearing.streams));
    end(&hearing);
}

/* A line whose end was not there yet counts if it is whole, as it does at the end of a stream. */
static void a_line_without_its_end_counts_for_the_verdict(void **state)
{
    (void)state;
    struct hearing hearing;
    struct text text = {0};
    begin(&hearing);
    tell(&hearing, 0, 1000, until_rename, 2);
    text_add_line(&text, CELL_NONCE, 2, "leave rename ret=0");
    assert_int_equal(write(hearing.writers[0], text.bytes, text.length), text.length);
    streams_read(&hearing.streams, 3000);
    streams_judge(&hearing.streams);
    assert_false(hearing.account.call_is_out);
    assert_int_equal(hearing.account.returned_after_ns, 0);
    text_free(&text);
    end(&hearing);
}

int test_streams(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_cut_by_the_other_stream_is_found),
        cmocka_unit_test(two_halves_on_two_streams_are_no_panic),
        cmocka_unit_test(a_long_console_file_is_heard_to_its_end),
        cmocka_unit_test(what_a_console_file_holds_is_heard_at_once),
        cmocka_unit_test(a_console_file_that_cannot_be_read_is_a_failure),
        cmocka_unit_test(what_comes_behind_the_verdict_changes_nothing),
        cmocka_unit_test(a_bad_line_behind_the_verdict_is_no_answer),
        cmocka_unit_test(a_line_without_its_end_counts_for_the_verdict),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
