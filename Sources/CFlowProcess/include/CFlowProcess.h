// QuartzFlow
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

// The parts of Linux' process interface that Swift can't reach or that must not allocate between steps: spawning,
// reaping, walking /proc, and signals that never hit a recycled pid. Functions return 0 or an errno unless said otherwise.

/// A program to start. Strings are NUL-terminated, vectors NULL-terminated.
struct flow_spawn_request {
    const char *path;
    char *const *arguments;
    char *const *environment;
    /// NULL = the caller's own.
    const char *directory;
    /// Become descriptors 0, 1, 2 of the child; -1 = /dev/null.
    int input, output, error;
    /// Become descriptors 3 and 4 of the child; -1 = none.
    int extra, extra2;
    /// umask(2) of the child; -1 = the one this process had before flow_prepare_runner.
    int mask;
    /// nice value of the child, when `sets_niceness` is 1.
    int sets_niceness, niceness;
    /// A descriptor of the directory of a control group (cgroup v2) in which the child is born; -1 = the caller's own.
    int group;
};

/// How far a start came before it failed.
enum flow_step {
    FLOW_STEP_PREPARE,
    /// The directory could not be entered.
    FLOW_STEP_DIRECTORY,
    /// The program could not be run.
    FLOW_STEP_PROGRAM,
    /// The nice value could not be set.
    FLOW_STEP_NICENESS,
    /// The child could not be born in the group; without one it may be.
    FLOW_STEP_GROUP,
};

/// Starts a program: new session, default dispositions, empty signal mask, no other descriptors, and the umask and limits
/// this process had before flow_prepare_runner and flow_keep_memory_private. `step` says how far a failed start came (enum flow_step).
int flow_spawn(const struct flow_spawn_request *request, pid_t *pid, int *step);

/// Returns 1 when whoever manages control groups has left this one to us (systemd's mark, `Delegate=yes`).
int flow_is_delegated(const char *path);

/// A pipe, both ends close-on-exec; the reading end is non-blocking.
int flow_pipe(int *reading, int *writing);

int flow_set_nonblocking(int descriptor);

/// Sockets in a directory that is given as a descriptor, however long its path is; mode 0600, close-on-exec.
int flow_listen(int directory, const char *name, int *listener);
int flow_connect(int directory, const char *name, int *connected);
/// Takes a connection, non-blocking; -1 with errno when there is none.
int flow_accept(int listener);
/// Who was at the other end when the connection was made.
int flow_peer_user(int connected, uid_t *user);

/// Orphaned descendants of this process become its children from now on.
int flow_become_subreaper(void);

/// Installs handlers of SIGCHLD and SIGTERM that count into the returned eventfd; -1 with errno on failure. Call once.
int flow_watch_children(void);
/// Returns 1 once for SIGTERM that came after flow_watch_children.
int flow_was_terminated(void);

/// Resets an eventfd.
void flow_drain_event(int descriptor);
/// Wakes whoever polls the eventfd.
void flow_signal_event(int descriptor);
int flow_make_event(void);

/// Takes one dead child. Returns its pid, 0 when none is dead, -1 when there are no children.
/// `status` is the exit status, or the signal number when `signalled` is 1.
pid_t flow_reap(int *status, int *signalled);

/// Waits for one child up to the given time; returns 1 when it is gone (or never was a child), 0 on timeout.
int flow_wait_child(pid_t pid, int milliseconds);

/// Waits until a child has ended, without taking it: its pid stays its own. Returns 0 or an errno.
int flow_await_child(pid_t pid);
/// Takes one child that has ended; `status` and `signalled` as for flow_reap. Returns 0 or an errno.
int flow_take_child(pid_t pid, int *status, int *signalled);

/// From now on a crash of this process writes down where it was and nothing of its memory, which may hold passwords and
/// secrets: no core, no registers. `QUARTZFLOW_CRASH_DUMPS=on` in the environment leaves all as the system has it. Children of
/// flow_spawn get the limit of before. To be called before there are other threads.
void flow_keep_memory_private(void);

/// Ignores the signals with which terminals stop whole groups, keeps memory private, umask 077, raises the
/// soft limit of descriptors. What was there before is remembered and given to every child of flow_spawn.
void flow_prepare_runner(void);

struct flow_process {
    pid_t pid, parent, session;
    char state;
    /// Clock ticks after boot: with the pid, names a process for ever.
    uint64_t start_time;
};

/// Lists processes; returns how many there are (at most `capacity` are written), or -1.
ssize_t flow_list_processes(struct flow_process *out, size_t capacity);
/// Lists the direct children of all threads of this process; returns how many there are, or -1 when the kernel can't say.
ssize_t flow_list_children(pid_t *out, size_t capacity);
/// Returns 1 when the process' initial environment has exactly this `NAME=value`, 0 when not, -1 when it can't be read.
int flow_environment_has(pid_t pid, const char *entry);
/// Copies the value of a variable of the process' initial environment; returns its length or -1.
ssize_t flow_environment_value(pid_t pid, const char *name, char *out, size_t capacity);
/// Returns 1 when the process is about to become another program: for that moment the kernel shows neither its arguments nor
/// its environment, as if it had none. One that really has neither is taken for such.
int flow_is_becoming(pid_t pid);
int flow_describe_process(pid_t pid, struct flow_process *out);
/// Sends a signal to exactly the process described, never to a later one with its pid; ESRCH when it is gone.
int flow_signal_process(const struct flow_process *process, int signal);

/// Level-triggered readiness with a 64-bit tag per descriptor.
int flow_poll_create(void);
int flow_poll_add(int poll, int descriptor, uint64_t tag, int writing);
int flow_poll_change(int poll, int descriptor, uint64_t tag, int writing);
int flow_poll_remove(int poll, int descriptor);
/// Writes the tags of ready descriptors; returns how many. Negative timeout = for ever.
int flow_poll_wait(int poll, uint64_t *tags, int capacity, int timeout_milliseconds);

/// Takes an exclusive flock without waiting: 0, EWOULDBLOCK, or another errno.
int flow_try_lock(int descriptor);

/// CLOCK_BOOTTIME and CLOCK_MONOTONIC in microseconds.
int64_t flow_boot_microseconds(void);
int64_t flow_monotonic_microseconds(void);
/// CLOCK_REALTIME in microseconds.
int64_t flow_wall_microseconds(void);
/// CLOCK_BOOTTIME in the unit of flow_process.start_time: a process that was born between two equal readings has this one.
uint64_t flow_boot_ticks(void);

/// Resident memory of this process in KiB, from /proc.
long flow_resident_kilobytes(void);

/// Gives back what this process has in memory and can have again at any time: unused heap, and pages of its program and
/// libraries that nothing has written to. A page that is needed again comes from the system's cache of files, in a microsecond.
void flow_release_memory(void);

/// Copies a process' name (its command, without arguments) and tells whose it is; ESRCH when it is gone.
int flow_name_process(pid_t pid, char *name, size_t capacity, uid_t *user);
