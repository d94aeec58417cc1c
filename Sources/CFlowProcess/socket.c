// QuartzFlow
// SPDX-License-Identifier: Apache-2.0
#define _GNU_SOURCE
#include "CFlowProcess.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

// The address of a socket in a directory, by way of a descriptor: a path of its own may be longer than an address takes.
static int address_of(int directory, const char *name, struct sockaddr_un *address) {
    memset(address, 0, sizeof *address);
    address->sun_family = AF_UNIX;
    int length = snprintf(address->sun_path, sizeof address->sun_path, "/proc/self/fd/%d/%s", directory, name);
    return length > 0 && (size_t)length < sizeof address->sun_path ? 0 : ENAMETOOLONG;
}

int flow_listen(int directory, const char *name, int *listener) {
    struct sockaddr_un address;
    int failure = address_of(directory, name, &address);
    if (failure) return failure;
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0) return errno;
    // The mode of the socket's file follows that of the descriptor on Linux: nobody else may connect even for a moment.
    if (fchmod(descriptor, 0600) || bind(descriptor, (struct sockaddr *)&address, sizeof address) ||
        listen(descriptor, 16)) {
        failure = errno;
        close(descriptor);
        return failure;
    }
    *listener = descriptor;
    return 0;
}

int flow_connect(int directory, const char *name, int *connected) {
    struct sockaddr_un address;
    int failure = address_of(directory, name, &address);
    if (failure) return failure;
    int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (descriptor < 0) return errno;
    while (connect(descriptor, (struct sockaddr *)&address, sizeof address)) {
        if (errno == EINTR) continue;
        failure = errno;
        close(descriptor);
        return failure;
    }
    *connected = descriptor;
    return 0;
}

int flow_accept(int listener) {
    for (;;) {
        int descriptor = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (descriptor >= 0 || errno != EINTR) return descriptor;
    }
}

int flow_peer_user(int connected, uid_t *user) {
    struct ucred credentials;
    socklen_t length = sizeof credentials;
    if (getsockopt(connected, SOL_SOCKET, SO_PEERCRED, &credentials, &length)) return errno;
    *user = credentials.uid;
    return 0;
}
