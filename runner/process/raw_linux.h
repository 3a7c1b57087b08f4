/* SPDX-License-Identifier: MIT */
#ifndef RO_RAW_LINUX_H
#define RO_RAW_LINUX_H

#include <errno.h>
#include <linux/sched.h>
#include <sys/syscall.h>
#include <unistd.h>

/**
 * System calls as the kernel has them, for a child that shares the memory of its parent until it
 * becomes a program. The C library's own would not do there: they write errno, which is the
 * parent's, too, and nothing in it can start such a child in a cgroup.
 */

/** Keeps the sanitizers out of what runs on a stack that they do not know. */
#define RAW_UNINSTRUMENTED                                                                         \
    __attribute__((no_sanitize("address"))) __attribute__((no_sanitize("undefined")))

#if defined(__x86_64__) && defined(__LP64__)

/** Whether raw_start_sharing works on this machine. */
enum { RAW_CAN_SHARE = 1 };

/** A system call of up to four arguments: its result, or -errno. */
RAW_UNINSTRUMENTED static inline long raw_syscall(long number, long first, long second, long third,
                                                  long fourth)
{
    long result;
    register long r10 __asm__("r10") = fourth;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "0"(number), "D"(first), "S"(second), "d"(third), "r"(r10)
                     : "rcx", "r11", "memory");
    return result;
}

/**
 * clone3(2) with a stack of its own for the child, which calls `begin(data)` on it; that must not
 * return. Returns the child's pid, or -errno. Needed for CLONE_VM, where the child can't go on in
 * the frame of its parent, who uses it at the same time.
 */
RAW_UNINSTRUMENTED static inline long raw_start_sharing(const struct clone_args *arguments,
                                                        void (*begin)(void *data), void *data)
{
    long result;
    /* What the child needs it finds in registers, which it gets from the parent. The stack is
     * aligned as at the entry of a function: 16 bytes, less the return address. */
    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "xor %%ebp, %%ebp\n\t"
                     "mov %[data], %%rdi\n\t"
                     "call *%[begin]\n\t"
                     "hlt\n\t"
                     "1:"
                     : "=a"(result)
                     : "0"((long)SYS_clone3), "D"(arguments),
                       "S"(sizeof *arguments), [begin] "r"(begin), [data] "r"(data)
                     : "rcx", "r11", "memory", "cc");
    return result;
}

#else

enum { RAW_CAN_SHARE = 0 };

static inline long raw_syscall(long number, long first, long second, long third, long fourth)
{
    long result = syscall(number, first, second, third, fourth);
    return result < 0 ? -errno : result;
}

static inline long raw_start_sharing(const struct clone_args *arguments, void (*begin)(void *data),
                                     void *data)
{
    (void)arguments;
    (void)begin;
    (void)data;
    return -ENOSYS;
}

#endif

#endif
