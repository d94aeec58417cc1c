// QuartzFlow
// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CFlowProcess.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

// Reads a whole small file; returns its length, NUL-terminated, or -1.
static ssize_t read_file(const char *path, char *out, size_t capacity) {
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return -1;
    size_t length = 0;
    while (length + 1 < capacity) {
        ssize_t count = read(descriptor, out + length, capacity - 1 - length);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        length += (size_t)count;
    }
    close(descriptor);
    out[length] = 0;
    return (ssize_t)length;
}

int flow_describe_process(pid_t pid, struct flow_process *out) {
    char path[64], text[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    if (read_file(path, text, sizeof text) <= 0) return ESRCH;
    // The command name in parentheses may contain anything, parentheses and spaces too: fields start after the last one.
    char *fields = strrchr(text, ')');
    if (!fields) return ESRCH;
    char state;
    int parent, group, session, threads;
    unsigned long long start;
    int count = sscanf(
        fields + 1,
        " %c %d %d %d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %d %*d %llu",
        &state, &parent, &group, &session, &threads, &start);
    if (count != 6) return ESRCH;
    // A process whose first thread has ended looks dead, and goes on with the others.
    if (state == 'Z' && threads > 1) state = 'S';
    out->pid = pid;
    out->parent = parent;
    out->session = session;
    out->state = state;
    out->start_time = start;
    return 0;
}

ssize_t flow_list_processes(struct flow_process *out, size_t capacity) {
    DIR *directory = opendir("/proc");
    if (!directory) return -1;
    size_t count = 0;
    struct dirent *entry;
    while ((entry = readdir(directory))) {
        if (!isdigit((unsigned char)entry->d_name[0])) continue;
        struct flow_process process;
        if (flow_describe_process((pid_t)atoi(entry->d_name), &process)) continue;
        if (count < capacity) out[count] = process;
        count++;
    }
    closedir(directory);
    return (ssize_t)count;
}

// Numbers in a file of the kernel's, with a space behind each; adds how many there are to `count`.
static void read_numbers(int descriptor, pid_t *out, size_t capacity, size_t *count) {
    char text[4096];
    int is_number = 0;
    pid_t number = 0;
    for (;;) {
        ssize_t length = read(descriptor, text, sizeof text);
        if (length < 0 && errno == EINTR) continue;
        if (length <= 0) return;
        for (ssize_t index = 0; index < length; index++) {
            if (text[index] >= '0' && text[index] <= '9') {
                number = number * 10 + (text[index] - '0');
                is_number = 1;
            } else if (is_number) {
                if (*count < capacity) out[*count] = number;
                (*count)++;
                number = is_number = 0;
            }
        }
    }
}

// A runner has one thread and asks at every end of a process: the file stays open. -1 = there are other threads, or no file.
static ssize_t list_children_of_only_thread(pid_t *out, size_t capacity) {
    static int threads = -1, children = -1;
    if (threads < 0) threads = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct stat information;
    // One link for itself, one for its parent, and one for each thread.
    if (threads < 0 || fstat(threads, &information) || information.st_nlink != 3) return -1;
    if (children < 0) children = open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    if (children < 0 || lseek(children, 0, SEEK_SET)) return -1;
    size_t count = 0;
    read_numbers(children, out, capacity, &count);
    return (ssize_t)count;
}

ssize_t flow_list_children(pid_t *out, size_t capacity) {
    ssize_t listed = list_children_of_only_thread(out, capacity);
    if (listed >= 0) return listed;
    DIR *directory = opendir("/proc/self/task");
    if (!directory) return -1;
    size_t count = 0;
    int readable = 0;
    struct dirent *entry;
    while ((entry = readdir(directory))) {
        if (!isdigit((unsigned char)entry->d_name[0])) continue;
        char path[320];
        snprintf(path, sizeof path, "/proc/self/task/%s/children", entry->d_name);
        int children = open(path, O_RDONLY | O_CLOEXEC);
        if (children < 0) continue;
        readable = 1;
        read_numbers(children, out, capacity, &count);
        close(children);
    }
    closedir(directory);
    return readable ? (ssize_t)count : -1;
}

// Calls for each entry of the environment that a file shows until it returns non-zero; -1 when it can't be read.
static int each_entry_of(const char *path, int (*visit)(const char *entry, void *context), void *context, size_t *entries) {
    FILE *file = fopen(path, "re");
    if (!file) return -1;
    char *entry = NULL;
    size_t capacity = 0;
    int found = 0;
    while (!found && getdelim(&entry, &capacity, 0, file) > 0) {
        (*entries)++;
        found = visit(entry, context);
    }
    free(entry);
    fclose(file);
    return found;
}

// The same for a process. One whose first thread has ended shows its environment only through the others.
static int each_entry(pid_t pid, int (*visit)(const char *entry, void *context), void *context) {
    char path[320];
    size_t entries = 0;
    snprintf(path, sizeof path, "/proc/%d/environ", (int)pid);
    int found = each_entry_of(path, visit, context, &entries);
    if (found > 0 || entries > 0) return found;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *directory = opendir(path);
    if (!directory) return found;
    struct dirent *thread;
    while (entries == 0 && (thread = readdir(directory))) {
        if (!isdigit((unsigned char)thread->d_name[0]) || atoi(thread->d_name) == (int)pid) continue;
        snprintf(path, sizeof path, "/proc/%d/task/%s/environ", (int)pid, thread->d_name);
        found = each_entry_of(path, visit, context, &entries);
    }
    closedir(directory);
    return found;
}

static int is_equal(const char *entry, void *wanted) { return strcmp(entry, wanted) == 0; }

int flow_environment_has(pid_t pid, const char *entry) { return each_entry(pid, is_equal, (void *)entry); }

struct lookup {
    const char *name;
    size_t name_length, capacity;
    char *out;
    ssize_t length;
};

static int take_value(const char *entry, void *context) {
    struct lookup *lookup = context;
    if (strncmp(entry, lookup->name, lookup->name_length) || entry[lookup->name_length] != '=') return 0;
    const char *value = entry + lookup->name_length + 1;
    size_t length = strlen(value);
    if (length + 1 > lookup->capacity) return 0;
    memcpy(lookup->out, value, length + 1);
    lookup->length = (ssize_t)length;
    return 1;
}

ssize_t flow_environment_value(pid_t pid, const char *name, char *out, size_t capacity) {
    struct lookup lookup = {name, strlen(name), capacity, out, -1};
    each_entry(pid, take_value, &lookup);
    return lookup.length;
}

int flow_is_becoming(pid_t pid) {
    char path[64], text[2];
    snprintf(path, sizeof path, "/proc/%d/cmdline", (int)pid);
    if (read_file(path, text, sizeof text) != 0) return 0;
    snprintf(path, sizeof path, "/proc/%d/environ", (int)pid);
    return read_file(path, text, sizeof text) == 0;
}

int flow_signal_process(const struct flow_process *process, int signal) {
    int handle = (int)syscall(SYS_pidfd_open, process->pid, 0);
    if (handle < 0) return errno;
    // The handle pins whoever has the pid now; only then is it worth asking who that is.
    struct flow_process now;
    int failure = flow_describe_process(process->pid, &now);
    if (!failure && now.start_time != process->start_time) failure = ESRCH;
    if (!failure && syscall(SYS_pidfd_send_signal, handle, signal, NULL, 0)) failure = errno;
    close(handle);
    return failure;
}

int flow_name_process(pid_t pid, char *name, size_t capacity, uid_t *user) {
    char path[64];
    struct stat information;
    snprintf(path, sizeof path, "/proc/%d", (int)pid);
    if (stat(path, &information)) return ESRCH;
    snprintf(path, sizeof path, "/proc/%d/comm", (int)pid);
    ssize_t length = read_file(path, name, capacity);
    if (length < 0) return ESRCH;
    if (length > 0 && name[length - 1] == '\n') name[length - 1] = 0;
    *user = information.st_uid;
    return 0;
}
