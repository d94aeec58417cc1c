// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowProcess
import FlowTesting
import Foundation

/// A disk that fails: writes of a program to files below a directory end with an error for as long as a test wants.
///
/// The program's own calls of the C library are caught by a small library that is loaded before it, so all above them, SQLite
/// included, is what runs elsewhere.
struct FaultyDisk {
    static let isPossible =
        ProcessInfo.processInfo.environment["QF_FAULTY_DISKS"] != nil
        && FileManager.default.isExecutableFile(atPath: "/usr/bin/cc")

    private let library: String
    private let plan: String

    /// Builds the library in a directory of its own.
    init(in directory: String) throws {
        let place = directory + "/faulty"
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        self.library = place + "/faulty.so"
        self.plan = place + "/plan"
        try Data(Self.source.utf8).write(to: URL(fileURLWithPath: place + "/faulty.c"))
        let built = try ChildProcess.run(
            "/usr/bin/cc",
            ["-shared", "-fPIC", "-O1", "-o", self.library, place + "/faulty.c"]
        )
        guard built.end == .exited(0) else { throw Late(what: "the library of faults: \(built)") }
    }

    /// Runs a program with it; see ``Program``.
    var wrapper: [String] { ["/usr/bin/env", "LD_PRELOAD=\(self.library)", "QF_TEST_FAULTS=\(self.plan)"] }

    /// From now on every write, sync and cut below a path fails.
    ///
    /// - Parameters:
    ///   - error: an `errno`.
    ///   - path: what the path of a file begins with.
    func fail(with error: Int32, below path: String) throws {
        try Data("\(error) \(path)".utf8).write(to: URL(fileURLWithPath: self.plan + ".new"))
        _ = rename(self.plan + ".new", self.plan)
    }

    func mend() { unlink(self.plan) }

    private static let source = """
        #define _GNU_SOURCE
        #include <dlfcn.h>
        #include <errno.h>
        #include <fcntl.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/syscall.h>
        #include <sys/uio.h>
        #include <unistd.h>

        static int fault(int file) {
            const char *name = getenv("QF_TEST_FAULTS");
            if (name == NULL) return 0;
            int kept = errno;
            int error = 0;
            long at = syscall(SYS_openat, AT_FDCWD, name, O_RDONLY | O_CLOEXEC, 0);
            if (at >= 0) {
                char plan[1024], link[64], path[1024];
                long size = syscall(SYS_read, at, plan, sizeof plan - 1);
                syscall(SYS_close, at);
                snprintf(link, sizeof link, "/proc/self/fd/%d", file);
                ssize_t length = readlink(link, path, sizeof path - 1);
                char *below = NULL;
                if (size > 0) {
                    plan[size] = 0;
                    below = strchr(plan, ' ');
                }
                if (below != NULL && length > 0) {
                    path[length] = 0;
                    if (strncmp(path, below + 1, strlen(below + 1)) == 0) error = atoi(plan);
                }
            }
            errno = kept;
            return error;
        }

        #define CATCH(result, name, parameters, values) \\
            result name parameters { \\
                static result (*real) parameters; \\
                if (real == NULL) real = (result (*) parameters)dlsym(RTLD_NEXT, #name); \\
                int error = fault(file); \\
                if (error == 0) return real values; \\
                errno = error; \\
                return -1; \\
            }

        CATCH(ssize_t, write, (int file, const void *bytes, size_t count), (file, bytes, count))
        CATCH(ssize_t, writev, (int file, const struct iovec *parts, int count), (file, parts, count))
        CATCH(ssize_t, pwrite, (int file, const void *bytes, size_t count, off_t at), (file, bytes, count, at))
        CATCH(ssize_t, pwrite64, (int file, const void *bytes, size_t count, off64_t at), (file, bytes, count, at))
        CATCH(int, fsync, (int file), (file))
        CATCH(int, fdatasync, (int file), (file))
        CATCH(int, ftruncate, (int file, off_t size), (file, size))
        CATCH(int, ftruncate64, (int file, off64_t size), (file, size))
        """
}
