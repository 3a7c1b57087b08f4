# SPDX-License-Identifier: MIT
"""What the guest's init can't do is one line on the console and a status of its own."""

import os

BAD_ORDERS, NO_MODULE, NO_MOUNT, NO_PROBE = 100, 102, 103, 104


def expect(ending, status, line):
    assert ending.status == status, f"want status {status}: {ending}"
    assert ending.lines == ["init: " + line], f"want '{line}': {ending}"
    assert b"Kernel panic" not in ending.kernel, ending


def make_modules(vm, release, listing):
    """A directory of modules with these in modules.dep and nothing built in."""
    directory = os.path.join(vm.scratch.name, "modules")
    os.makedirs(f"{directory}/{release}", exist_ok=True)
    with open(f"{directory}/{release}/modules.dep", "w", encoding="ascii") as file:
        file.write(listing)
    with open(f"{directory}/{release}/modules.builtin", "w", encoding="ascii") as file:
        file.write("")
    return directory


def test_an_order_that_it_does_not_know(uml_fat):
    run = (uml_fat.in_guest("guest-program"), "exit", "0")
    expect(uml_fat.boot(*run, RO_NONSENSE="1"), BAD_ORDERS, "RO_NONSENSE: no such order")
    expect(uml_fat.boot(*run, RO_WORK="tmp"), BAD_ORDERS, "RO_WORK: must be an absolute path")
    expect(uml_fat.boot(), BAD_ORDERS, 'no probe: its path and arguments stand behind "--"')


def test_a_module_that_it_can_not_load(uml_fat):
    run = (uml_fat.in_guest("guest-program"), "exit", "0")
    release = os.listdir("/usr/lib/uml/modules")[0]
    lists = f"/usr/lib/uml/modules/{release}"
    expect(uml_fat.boot(*run, RO_MODULES="vfat,nosuch"), NO_MODULE,
           f"module nosuch: neither in {lists}/modules.dep nor built in")
    expect(uml_fat.boot(*run, RO_MODULE_DIR="/nonexistent"), NO_MODULE,
           f"open /nonexistent/{release}/modules.dep: ENOENT")
    directory = make_modules(uml_fat, release, "a/nls_cp437.ko.xz:\nvfat.ko: fat.ko\nfat.ko:\n")
    expect(uml_fat.boot(*run, RO_MODULE_DIR=f"/dev/host{directory}"), NO_MODULE,
           f"module /dev/host{directory}/{release}/a/nls_cp437.ko.xz: compressed modules are not "
           "supported; unpack it to a plain .ko and run depmod")
    expect(uml_fat.boot(*run, RO_MODULES="vfat", RO_MODULE_DIR=f"/dev/host{directory}"), NO_MODULE,
           f"open module /dev/host{directory}/{release}/fat.ko: ENOENT")


def test_a_file_system_that_it_can_not_mount(uml_fat):
    run = (uml_fat.in_guest("guest-program"), "exit", "0")
    expect(uml_fat.boot(*run, RO_MODULES=None), NO_MOUNT, "mount /tmp as vfat: ENODEV")
    expect(uml_fat.boot(*run, ubd0="nosuch.img"), NO_MOUNT, "mount /tmp as vfat: ENOENT")
    expect(uml_fat.boot(*run, RO_MOUNT_OPTIONS="nonsense"), NO_MOUNT, "mount /tmp as vfat: EINVAL")
    expect(uml_fat.boot(*run, RO_WORK="/nonexistent"), NO_MOUNT, "mount /nonexistent as vfat: ENOENT")


def test_a_probe_that_it_can_not_start(uml_fat):
    missing = uml_fat.in_guest("nosuch")
    expect(uml_fat.boot(missing), NO_PROBE, f"start {missing}: ENOENT")
    expect(uml_fat.boot("/etc/passwd"), NO_PROBE, "start /etc/passwd: EACCES")
