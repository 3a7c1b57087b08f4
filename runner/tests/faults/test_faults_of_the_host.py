# SPDX-License-Identifier: MIT
"""What a run does when the host fails it: no files, no processes, no directory, no reliable clock."""
import glob
import json
import os
import resource
import shutil
import subprocess
import time
from datetime import datetime

import pytest

from oracle import validator
from oracle import own_words
from support import needs
from support.build import DEADLINE_S

sanitize = pytest.mark.sanitize
SIX = ["-t", "native", "--no-controls"]
# A user whom nobody else is, also not another test that runs at the same time.
NOBODY_ELSE = 2140000000 + os.getpid()
# Still allowed to reach the program, which may be below a directory that only root can enter.
BECOME_NOBODY_ELSE = ["setpriv", f"--reuid={NOBODY_ELSE}", f"--regid={NOBODY_ELSE}", "--clear-groups",
                      "--inh-caps=+dac_override", "--ambient-caps=+dac_override",
                      "--securebits=+no_setuid_fixup", "--"]


def run(command, **options):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          timeout=DEADLINE_S, check=False, **options)
    print(done)
    done.stderr = own_words(done.stderr)
    return done


def limited(limit, soft, hard):
    return lambda: resource.setrlimit(limit, (soft, hard))


def is_one_complaint(done, *words):
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    for word in words:
        assert word in done.stderr
    return True


def cells_of(oracle):
    cells = oracle.documents()["native"]["cells"]
    assert len(cells) > 0
    return cells


# A sanitizer's runtime wants to be loaded before anything else is.
def test_a_clock_that_is_set_back_makes_no_run_that_ended_before_it_began(oracle, build):
    before = int(time.time())
    preloaded = {**os.environ, "LD_PRELOAD": build.tool("faults/libclock_set_back.so")}
    _, _, complaints = oracle.run("-t", "native", "-s", "tmp_root_sibling", "--no-controls",
                                  environment=preloaded)
    after = time.time()
    assert complaints == ""
    run = oracle.documents()["native"]["run"]
    began, ended = (datetime.fromisoformat(run[key].replace("Z", "+00:00")).timestamp()
                    for key in ("started", "finished"))
    assert before <= began <= ended <= after + 1


# With 32 open files, 18 jobs become as many as that is enough for; a soft limit is raised first.
@sanitize
@pytest.mark.parametrize("soft, hard, jobs_are_fewer", [(32, 32, True), (32, 1024, False)])
def test_with_few_files_every_cell_gets_its_verdict(soft, hard, jobs_are_fewer, oracle):
    done = run(oracle.command(*SIX, "-j", "18", "-n", "3"),
               preexec_fn=limited(resource.RLIMIT_NOFILE, soft, hard))
    assert ("job" in done.stdout and "only 32 files may be open" in done.stdout) == jobs_are_fewer
    assert [cell["verdict"] for cell in cells_of(oracle)] == ["pass"] * 18


@sanitize
def test_with_too_few_files_for_one_cell_no_run_begins(oracle):
    done = run(oracle.command(*SIX), preexec_fn=limited(resource.RLIMIT_NOFILE, 14, 14))
    assert is_one_complaint(done, "ulimit -n")


# From one process up to some more than a run is itself: then its deputies may live, but the probes
# can't always. The limit is that of a user whom nobody else is. Not with sanitizers: looking for leaks
# takes a process of its own. A run is five processes at least: front, guardian, worker, one for the
# scratch directory, one for the output. What it needs one after the other adds to them for as long as
# the kernel takes to clear the last away, so that a complaint is right with some more, too.
@pytest.mark.parametrize("processes", [*range(1, 10), 40])
def test_where_no_process_may_be_started_a_cell_is_an_error_that_says_so(processes, oracle):
    needs.root("to become a user whom nobody else is")
    os.chmod(oracle.scratch, 0o755)
    home = f"{oracle.scratch}/home"
    os.mkdir(home)
    os.chown(home, NOBODY_ELSE, NOBODY_ELSE)
    command = oracle.command(*SIX, "-j", "2")
    oracle.output = command[command.index("-o") + 1] = f"{home}/results"
    done = run([*BECOME_NOBODY_ELSE, *command], env={"TMPDIR": home, "PATH": os.environ["PATH"]},
               preexec_fn=limited(resource.RLIMIT_NPROC, processes, processes))
    assert os.listdir(home) in ([], ["results"])
    if processes < 5 or (processes < 40 and done.returncode == 2):
        assert is_one_complaint(done, "cannot start a process")
        return
    verdicts = [cell["verdict"] for cell in cells_of(oracle)]
    assert len(verdicts) == 6 and set(verdicts) <= {"pass", "error"}
    assert processes > 5 or set(verdicts) == {"error"}
    assert processes < 40 or set(verdicts) == {"pass"}
    assert done.returncode == (1 if "error" in verdicts else 0)
    for cell in cells_of(oracle):
        assert cell["verdict"] != "error" or "cannot start a process" in cell["reason"]


@sanitize
def test_a_read_only_output_directory_is_one_complaint(oracle):
    needs.root("to mount a file system that is read-only")
    command = oracle.command(*SIX)
    os.mkdir(oracle.output)
    script = 'mount -t tmpfs -o ro tmpfs "$1" || exit 77; shift; exec "$@"'
    done = run(["unshare", "-m", "/bin/sh", "-c", script, "sh", oracle.output, *command])
    if done.returncode == 77:
        pytest.skip("a file system that is read-only may not be mounted here")
    assert is_one_complaint(done, oracle.output, "Read-only file system", "--output")


@sanitize
def test_an_output_directory_that_is_a_link_is_one_complaint(oracle):
    elsewhere = f"{oracle.scratch}/elsewhere"
    os.mkdir(elsewhere)
    command = oracle.command(*SIX)
    os.symlink(elsewhere, oracle.output)
    assert is_one_complaint(run(command), "symbolic link", "--output")
    assert os.listdir(elsewhere) == []


@sanitize
def test_an_output_directory_that_goes_in_mid_run_is_one_complaint(oracle):
    # The second attempt waits until the directory is gone, so that no race has to be won.
    first, removed = f"{oracle.scratch}/first", f"{oracle.scratch}/removed"
    os.mkfifo(removed)
    script = f'if [ -e {first} ]; then read line <{removed}; fi; : >{first}; exec "$0" "$@"'
    path = oracle.descriptor("gone", launch={
        "argv": ["/bin/sh", "-c", script, "{probe}", "--dir={work}", "--nonce={nonce}", "--keep"],
        "directory": "/"})
    command = oracle.command("-t", path, "-s", "tmp_root_sibling", "-n", "2", "-j", "1",
                             "--no-controls", "--boot-budget", "120")
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline().startswith("pass")
        shutil.rmtree(oracle.output)
        with open(removed, "w", encoding="ascii") as fifo:
            fifo.write("now\n")
        said = process.communicate(timeout=DEADLINE_S)
    done = subprocess.CompletedProcess(command, process.returncode, *said)
    assert is_one_complaint(done, "gone", "removed", "--output")
    assert not os.path.exists(oracle.output)


@sanitize
def test_runs_into_one_directory_at_once_do_not_get_in_each_others_way(oracle):
    command = oracle.command(*SIX, "-j", "1", "-q")
    runs = [subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.STDOUT, text=True) for _ in range(4)]
    for one in runs:
        output, _ = one.communicate(timeout=DEADLINE_S)
        assert one.returncode == 0, output
    paths = glob.glob(f"{oracle.output}/*/native.json")
    assert len(paths) == len(runs)
    digests = set()
    for path in paths:
        with open(path, encoding="utf-8") as file:
            document = json.load(file)
        validator().validate(document)
        assert [cell["verdict"] for cell in document["cells"]] == ["pass"] * 6
        assert document["run"]["id"] == os.path.basename(os.path.dirname(path))
        digests.add(document["digest"])
    assert len(digests) == len(runs)


# A limit of every program, and what is inherited by all that a run starts.
@pytest.mark.parametrize("words, code", [(["run", "-t", "native"], 2), (["list"], 2), (["bisect"], 125),
                                         (["gate", "x.json"], 2), (["--help"], 2)])
def test_a_small_stack_is_named_before_anything_runs_into_its_end(words, code, program):
    done = run([program, *words], preexec_fn=limited(resource.RLIMIT_STACK, 65536, 65536))
    assert done.returncode == code and "ulimit -s) is 64 KiB; it has to be 256" in done.stderr


def test_with_just_enough_stack_a_run_and_its_controls_come_out_right(oracle):
    done = run(oracle.command("-t", "native", "-s", "subdir_sibling"),
               preexec_fn=limited(resource.RLIMIT_STACK, 262144, 262144))
    assert done.returncode == 0


def test_a_limit_on_the_size_of_files_is_not_taken_for_a_full_disk(oracle):
    done = run(oracle.command(*SIX), preexec_fn=limited(resource.RLIMIT_FSIZE, 1024, 1024))
    assert is_one_complaint(done, "raise the limit on the size of a file (ulimit -f): File too large")


def test_a_report_that_may_not_grow_leaves_nothing_behind(oracle, program):
    assert run(oracle.command(*SIX)).returncode == 0
    document, = glob.glob(f"{oracle.output}/*/native.json")
    done = run([program, "report", "--format", "html", "-o", f"{oracle.scratch}/r.html", document],
               preexec_fn=limited(resource.RLIMIT_FSIZE, 1024, 1024))
    assert is_one_complaint(done, "r.html", "File too large")
    assert glob.glob(f"{oracle.scratch}/r.html*") == []


# What spins would be killed by the limit before its budget ends, and look like a crash.
def test_less_cpu_time_than_a_cell_may_take_is_named_before_the_run(oracle):
    few = limited(resource.RLIMIT_CPU, 5, 5)
    assert is_one_complaint(run(oracle.command(*SIX), preexec_fn=few), "ulimit -t", "--total-budget")
    assert run(oracle.command(*SIX, "--total-budget", "5"), preexec_fn=few).returncode == 0
