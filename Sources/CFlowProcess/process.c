// QuartzFlow
// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CFlowProcess.h"

#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

// What this process was started with, before flow_prepare_runner made itself comfortable: jobs get it back.
static struct {
    int is_known;
    mode_t mask;
    int has_core, has_descriptors;
    struct rlimit core, descriptors;
    // Signals with another disposition than the default one, now: a child has to put back only those. All changes after
    // flow_prepare_runner are in this file, and note it here.
    sigset_t changed;
} original;

// Steps of a child between its birth and its program. It shares our memory until then, so it may call nothing that is
// not async-signal-safe, and must not return.
static void __attribute__((noinline, noreturn)) become(
    const struct flow_spawn_request *request, const sigset_t *empty, volatile int *failure, volatile int *step) {
    const int wanted[5] = {request->input, request->output, request->error, request->extra, request->extra2};
    struct sigaction standard;
    memset(&standard, 0, sizeof standard);
    standard.sa_handler = SIG_DFL;
    // A handler of ours must not run in the child; a new program keeps what is ignored.
    for (int signal = 1; signal < NSIG; signal++) {
        if (original.is_known && sigismember(&original.changed, signal) == 0) continue;
        sigaction(signal, &standard, NULL);
    }
    if (setsid() < 0) goto failed;
    int last = 3;
    for (int index = 0; index < 5; index++) {
        int descriptor = wanted[index];
        if (descriptor < 0) {
            if (index >= 3) continue;
            descriptor = open("/dev/null", index ? O_WRONLY : O_RDONLY);
            if (descriptor < 0) goto failed;
        }
        // Onto itself dup2 does nothing, and the descriptor would close with the new program.
        if (descriptor == index ? fcntl(index, F_SETFD, 0) : dup2(descriptor, index) < 0) goto failed;
        if (index >= last) last = index + 1;
    }
    if (original.has_core) setrlimit(RLIMIT_CORE, &original.core);
    if (original.is_known) {
        umask(original.mask);
        if (original.has_descriptors) setrlimit(RLIMIT_NOFILE, &original.descriptors);
    }
    if (request->mask >= 0) umask((mode_t)request->mask);
    if (request->sets_niceness && setpriority(PRIO_PROCESS, 0, request->niceness)) {
        *step = FLOW_STEP_NICENESS;
        goto failed;
    }
    if (request->directory && chdir(request->directory)) {
        *step = FLOW_STEP_DIRECTORY;
        goto failed;
    }
    if (close_range((unsigned)last, ~0U, 0)) {
        for (int descriptor = last; descriptor < 65536; descriptor++) close(descriptor);
    }
    sigprocmask(SIG_SETMASK, empty, NULL);
    *step = FLOW_STEP_PROGRAM;
    execve(request->path, request->arguments, request->environment);
failed:
    *failure = errno;
    _exit(127);
}

// clone3(2) as it was when it learnt of control groups: newer kernels take the shorter form for ever.
struct clone_request {
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size, cgroup;
};
#define CLONE_FLAG_VM 0x100ULL
#define CLONE_FLAG_VFORK 0x4000ULL
#define CLONE_FLAG_INTO_CGROUP 0x200000000ULL

// vfork() whose child is born in a control group: to move it there later costs a wait for every processor, and a child that it
// forks meanwhile could stay outside. The call is written out because the child goes on in our frame: a function around the
// instruction would return twice, the second time to an address that the child has overwritten.
// Returns the pid, 0 in the child, or a negative errno.
static inline __attribute__((always_inline)) long vfork_into(const struct clone_request *request) {
#if defined(__x86_64__)
    long result = SYS_clone3;
    __asm__ volatile("syscall" : "+a"(result) : "D"(request), "S"(sizeof *request) : "rcx", "r11", "memory");
    return result;
#elif defined(__aarch64__)
    register long number __asm__("x8") = SYS_clone3;
    register long first __asm__("x0") = (long)request;
    register long second __asm__("x1") = sizeof *request;
    __asm__ volatile("svc #0" : "+r"(first) : "r"(number), "r"(second) : "memory");
    return first;
#else
    (void)request;
    return -ENOSYS;
#endif
}

// Separate from flow_spawn, so that nothing else of its frame lives across the call.
static pid_t __attribute__((noinline)) begin_in_group(
    const struct flow_spawn_request *request, const sigset_t *empty, volatile int *failure, volatile int *step) {
    const struct clone_request wanted = {
        .flags = CLONE_FLAG_VM | CLONE_FLAG_VFORK | CLONE_FLAG_INTO_CGROUP,
        .exit_signal = SIGCHLD,
        .cgroup = (uint64_t)request->group,
    };
    long child = vfork_into(&wanted);
    if (child == 0) become(request, empty, failure, step);
    return (pid_t)child;
}

static pid_t __attribute__((noinline)) begin(
    const struct flow_spawn_request *request, const sigset_t *empty, volatile int *failure, volatile int *step) {
    pid_t child = vfork();
    if (child == 0) become(request, empty, failure, step);
    return child < 0 ? -errno : child;
}

// posix_spawn can set neither a umask nor limits, and does not say whether the directory or the program was missing.
int flow_spawn(const struct flow_spawn_request *request, pid_t *pid, int *step) {
    sigset_t all, before, empty;
    sigfillset(&all);
    sigemptyset(&empty);
    volatile int failure = 0, reached = FLOW_STEP_PREPARE;
    // No handler may run in the child while it shares our memory.
    int blocked = pthread_sigmask(SIG_SETMASK, &all, &before);
    if (blocked) return blocked;
    pid_t child;
    if (request->group >= 0) {
        child = begin_in_group(request, &empty, &failure, &reached);
        // What forbids any process leaves the step at its beginning, as for one without a group.
        if (child < 0 && child != -EAGAIN && child != -ENOMEM) reached = FLOW_STEP_GROUP;
    } else {
        child = begin(request, &empty, &failure, &reached);
    }
    if (child < 0) failure = -child;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    *step = reached;
    if (child > 0 && failure) {
        while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    if (!failure) *pid = child;
    return failure;
}

int flow_is_delegated(const char *path) {
    char value[2] = "";
    return getxattr(path, "user.delegate", value, 1) == 1 || getxattr(path, "trusted.delegate", value, 1) == 1
        ? value[0] == '1' : 0;
}

int flow_pipe(int *reading, int *writing) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC)) return errno;
    // Only our end: a script does not expect EAGAIN from its own standard output.
    int failure = flow_set_nonblocking(ends[0]);
    if (failure) {
        close(ends[0]);
        close(ends[1]);
        return failure;
    }
    *reading = ends[0];
    *writing = ends[1];
    return 0;
}

int flow_set_nonblocking(int descriptor) {
    int flags = fcntl(descriptor, F_GETFL);
    if (flags < 0 || fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)) return errno;
    return 0;
}

int flow_become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) ? errno : 0; }

static int child_event = -1;

static void on_child(int signal) {
    (void)signal;
    int saved = errno;
    flow_signal_event(child_event);
    errno = saved;
}

static volatile sig_atomic_t terminated;

static void on_termination(int signal) {
    terminated = 1;
    on_child(signal);
}

int flow_was_terminated(void) {
    int was = terminated;
    if (was) terminated = 0;
    return was;
}

int flow_make_event(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }

// An eventfd written by a handler instead of a signalfd: the signal may arrive on any thread, and a signalfd would need
// it blocked in all of them.
int flow_watch_children(void) {
    child_event = flow_make_event();
    if (child_event < 0) return -1;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_child;
    action.sa_flags = SA_RESTART | SA_NOCLDSTOP;
    if (sigaction(SIGCHLD, &action, NULL)) return -1;
    action.sa_handler = on_termination;
    if (sigaction(SIGTERM, &action, NULL)) return -1;
    sigaddset(&original.changed, SIGCHLD);
    sigaddset(&original.changed, SIGTERM);
    return child_event;
}

void flow_drain_event(int descriptor) {
    uint64_t count;
    while (read(descriptor, &count, sizeof count) < 0 && errno == EINTR) {
    }
}

void flow_signal_event(int descriptor) {
    uint64_t one = 1;
    while (write(descriptor, &one, sizeof one) < 0 && errno == EINTR) {
    }
}

pid_t flow_reap(int *status, int *signalled) {
    siginfo_t info;
    for (;;) {
        memset(&info, 0, sizeof info);
        if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG) == 0) break;
        if (errno != EINTR) return -1;
    }
    if (info.si_pid == 0) return 0;
    *status = info.si_status;
    *signalled = info.si_code == CLD_EXITED ? 0 : 1;
    return info.si_pid;
}

static int wait_child(pid_t pid, siginfo_t *info, int options) {
    for (;;) {
        memset(info, 0, sizeof *info);
        if (waitid(P_PID, (id_t)pid, info, WEXITED | options) == 0) return 0;
        if (errno != EINTR) return errno;
    }
}

int flow_await_child(pid_t pid) {
    siginfo_t info;
    return wait_child(pid, &info, WNOWAIT);
}

int flow_take_child(pid_t pid, int *status, int *signalled) {
    siginfo_t info;
    int failure = wait_child(pid, &info, 0);
    if (failure) return failure;
    *status = info.si_status;
    *signalled = info.si_code == CLD_EXITED ? 0 : 1;
    return 0;
}

int flow_wait_child(pid_t pid, int milliseconds) {
    int64_t end = flow_monotonic_microseconds() + (int64_t)milliseconds * 1000;
    for (;;) {
        int status;
        pid_t got = waitpid(pid, &status, WNOHANG);
        if (got == pid || (got < 0 && errno != EINTR)) return 1;
        if (flow_monotonic_microseconds() >= end) return 0;
        poll(NULL, 0, 2);
    }
}

static void on_crash(int number) {
    // Whatever stands still in here, the process ends.
    signal(SIGALRM, SIG_DFL);
    sigset_t alarm_only;
    sigemptyset(&alarm_only);
    sigaddset(&alarm_only, SIGALRM);
    pthread_sigmask(SIG_UNBLOCK, &alarm_only, NULL);
    alarm(5);
    char head[] = "\n*** crashed by signal 00, at (memory is not shown; QUARTZFLOW_CRASH_DUMPS=on shows it):\n";
    char *digits = strchr(head, '0');
    digits[0] = (char)('0' + number / 10 % 10);
    digits[1] = (char)('0' + number % 10);
    ssize_t written = write(STDERR_FILENO, head, sizeof head - 1);
    (void)written;
    void *frames[64];
    backtrace_symbols_fd(frames, backtrace(frames, 64), STDERR_FILENO);
    // Its disposition is the default one again: the process ends as it would have without us.
    raise(number);
}

void flow_keep_memory_private(void) {
    const char *wish = getenv("QUARTZFLOW_CRASH_DUMPS");
    if (wish && strcmp(wish, "on") == 0) return;
    if (!original.has_core) original.has_core = getrlimit(RLIMIT_CORE, &original.core) == 0;
    if (original.has_core) {
        // One byte and not none: with none the kernel still hands the whole memory to a program that `core_pattern` names (core(5)).
        // Only the soft limit: a child that may raise it again must find the hard one as it was.
        struct rlimit limit = original.core;
        limit.rlim_cur = limit.rlim_max < 1 ? limit.rlim_max : 1;
        setrlimit(RLIMIT_CORE, &limit);
    }
    // The first call loads what it needs, which must not happen in a handler.
    void *frames[1];
    (void)backtrace(frames, 1);
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_crash;
    action.sa_flags = (int)SA_RESETHAND | SA_NODEFER | SA_ONSTACK;
    // In the place of the handlers of Swift's runtime, which print registers and the memory that they point to.
    const int fatal[] = {SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGSYS};
    for (size_t index = 0; index < sizeof fatal / sizeof *fatal; index++) sigaction(fatal[index], &action, NULL);
    struct sigaction quit;
    if (sigaction(SIGQUIT, NULL, &quit) == 0 && quit.sa_handler != SIG_IGN) signal(SIGQUIT, SIG_DFL);
}

void flow_prepare_runner(void) {
    flow_keep_memory_private();
    const int ignored[] = {SIGINT, SIGHUP, SIGQUIT, SIGPIPE, SIGTTOU, SIGTTIN, SIGTSTP};
    for (size_t index = 0; index < sizeof ignored / sizeof *ignored; index++) signal(ignored[index], SIG_IGN);
    // Also what was ignored when this process began, and what the language's runtime has installed.
    sigemptyset(&original.changed);
    for (int number = 1; number < NSIG; number++) {
        struct sigaction now;
        if (sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_DFL) continue;
        sigaddset(&original.changed, number);
    }
    original.mask = umask(077);
    original.has_descriptors = getrlimit(RLIMIT_NOFILE, &original.descriptors) == 0;
    original.is_known = 1;
    if (original.has_descriptors) {
        struct rlimit limit = original.descriptors;
        rlim_t wanted = limit.rlim_max < 65536 ? limit.rlim_max : 65536;
        if (limit.rlim_cur < wanted) {
            limit.rlim_cur = wanted;
            setrlimit(RLIMIT_NOFILE, &limit);
        }
    }
}

int flow_poll_create(void) { return epoll_create1(EPOLL_CLOEXEC); }

static int poll_control(int poll, int operation, int descriptor, uint64_t tag, int writing) {
    struct epoll_event event;
    memset(&event, 0, sizeof event);
    event.events = EPOLLIN | (writing ? EPOLLOUT : 0);
    event.data.u64 = tag;
    return epoll_ctl(poll, operation, descriptor, &event) ? errno : 0;
}

int flow_poll_add(int poll, int descriptor, uint64_t tag, int writing) {
    return poll_control(poll, EPOLL_CTL_ADD, descriptor, tag, writing);
}

int flow_poll_change(int poll, int descriptor, uint64_t tag, int writing) {
    return poll_control(poll, EPOLL_CTL_MOD, descriptor, tag, writing);
}

int flow_poll_remove(int poll, int descriptor) { return poll_control(poll, EPOLL_CTL_DEL, descriptor, 0, 0); }

int flow_poll_wait(int poll, uint64_t *tags, int capacity, int timeout_milliseconds) {
    struct epoll_event events[128];
    if (capacity > 128) capacity = 128;
    int count = epoll_wait(poll, events, capacity, timeout_milliseconds);
    for (int index = 0; index < count; index++) tags[index] = events[index].data.u64;
    return count < 0 ? 0 : count;
}

int flow_try_lock(int descriptor) {
    while (flock(descriptor, LOCK_EX | LOCK_NB)) {
        if (errno != EINTR) return errno;
    }
    return 0;
}

static int64_t microseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t flow_boot_microseconds(void) { return microseconds(CLOCK_BOOTTIME); }
int64_t flow_monotonic_microseconds(void) { return microseconds(CLOCK_MONOTONIC); }
int64_t flow_wall_microseconds(void) { return microseconds(CLOCK_REALTIME); }

uint64_t flow_boot_ticks(void) {
    static long ticks;
    if (!ticks) ticks = sysconf(_SC_CLK_TCK);
    struct timespec now;
    clock_gettime(CLOCK_BOOTTIME, &now);
    // As the kernel does it: rounded down.
    return (uint64_t)now.tv_sec * (uint64_t)ticks + (uint64_t)now.tv_nsec / (1000000000u / (uint64_t)ticks);
}

long flow_resident_kilobytes(void) {
    FILE *file = fopen("/proc/self/statm", "re");
    if (!file) return -1;
    long size, resident;
    int fields = fscanf(file, "%ld %ld", &size, &resident);
    fclose(file);
    return fields == 2 ? resident * (sysconf(_SC_PAGESIZE) / 1024) : -1;
}
