// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowProcess
import Foundation
import Synchronization

/// A PostgreSQL server of the tests' own: in a temporary directory, on a unix socket, gone with the process that started it.
///
/// Nothing of a server that the machine may have is touched. PostgreSQL refuses to run as root, so that root starts it as
/// the user `postgres`.
package final class PostgresServer: Sendable {
    /// One for all tests of a process, started when it is first asked for.
    package static let shared = Result { try PostgresServer() }

    package struct Failure: Error, CustomStringConvertible {
        package let description: String
    }

    /// With its socket.
    package let directory: String
    private let port: Int
    private let input: FileHandle
    private let databases = Atomic<Int>(0)

    /// An empty server.
    package convenience init() throws {
        try self.init(port: 5432) { programs, _, asUser in
            "\(asUser) '\(programs)/initdb' -D data -U flow --auth=trust -E UTF8 --locale=C --no-sync >initdb.log 2>&1"
        }
    }

    /// A server that follows another one, by its stream of changes.
    package convenience init(standbyOf primary: PostgresServer) throws {
        try self.init(port: 5432) { programs, _, asUser in
            """
            \(asUser) '\(programs)/pg_basebackup' -D data -h '\(primary.directory)' -U flow -R -X stream -c fast --no-sync \
                >backup.log 2>&1
            """
        }
    }

    /// A server that people reach over TLS by the name `localhost`, with a password; on the socket with none.
    ///
    /// Its authority is `ca.pem` in ``directory``, another one `other.pem`.
    package static func encrypted() throws -> PostgresServer {
        try PostgresServer(port: try Self.freePort(), settings: Self.encryption) { programs, directory, asUser in
            let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes"
            return """
                \(asUser) '\(programs)/initdb' -D data -U flow --auth=trust -E UTF8 --locale=C --no-sync >initdb.log 2>&1
                for name in ca other; do
                    openssl req -x509 \(key) -keyout $name.key -out $name.pem -subj "/CN=$name" -days 2 2>openssl.log
                done
                openssl req \(key) -keyout server.key -out server.csr -subj /CN=localhost 2>>openssl.log
                echo subjectAltName=DNS:localhost >names
                openssl x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names \
                    -out server.pem 2>>openssl.log
                printf 'local all all trust\\nhostssl all all all scram-sha-256\\n' >data/pg_hba.conf
                mv server.key server.pem data/; chmod 600 data/server.key
                if [ "$(id -u)" = 0 ]; then chown postgres data/server.key data/server.pem; fi; chmod 755 '\(directory)'
                """
        }
    }

    private static let encryption = """
        listen_addresses = 'localhost'
        ssl = on
        ssl_cert_file = 'server.pem'
        ssl_key_file = 'server.key'
        """

    /// A port of this machine that was free a moment ago.
    private static func freePort() throws -> Int {
        let script = "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"
        guard let port = Int(try self.run("/usr/bin/env", ["python3", "-c", script])) else {
            throw Failure(description: "no free port")
        }
        return port
    }

    /// - Parameter make: what makes the directory `data`, from where the programs lie, the server's directory, and the words before a
    ///   command that make it another user's.
    private init(
        port: Int,
        settings more: String = "",
        make: (_ programs: String, _ directory: String, _ asUser: String) -> String
    ) throws {
        self.port = port
        self.directory = "/tmp/flow-pg-" + UUID().uuidString.prefix(8).lowercased()
        try FileManager.default.createDirectory(atPath: self.directory, withIntermediateDirectories: true)
        guard let programs = Self.programs else {
            throw Failure(description: "PostgreSQL is not installed. Run scripts/setup test.")
        }
        let asUser = getuid() == 0 ? "setpriv --reuid=postgres --regid=postgres --clear-groups" : ""
        if getuid() == 0 { try Self.shell("chown postgres '\(self.directory)'") }
        // Speed and not durability: what is tested is what is committed, not what survives a power cut.
        let settings = """
            listen_addresses = ''
            unix_socket_directories = '\(self.directory)'
            port = \(self.port)
            fsync = off
            full_page_writes = off
            max_connections = 200
            shared_buffers = 64MB
            max_wal_size = 1GB
            log_min_messages = fatal
            \(more)
            """
        try Self.shell(
            """
            set -e; cd '\(self.directory)'
            \(make(programs, self.directory, asUser))
            cat >>data/postgresql.conf <<'END'
            \(settings)
            END
            """
        )
        // Ends the server and takes the directory away when this process ends, however it does.
        let watch = """
            cd '\(self.directory)'; trap '' INT TERM
            \(asUser) '\(programs)/postgres' -D data >>server.log 2>&1 </dev/null &
            while read -r word; do
                case $word in
                    stop) \(asUser) '\(programs)/pg_ctl' -D data -m immediate -w stop >/dev/null 2>&1 ;;
                    start) \(asUser) '\(programs)/postgres' -D data >>server.log 2>&1 </dev/null & ;;
                esac
            done
            \(asUser) '\(programs)/pg_ctl' -D data -m immediate -w stop >/dev/null 2>&1
            cd /; rm -rf '\(self.directory)'
            """
        let pipe = Pipe()
        _ = try ChildProcess(
            "/bin/sh",
            ["-c", watch],
            streams: .init(input: pipe.fileHandleForReading.fileDescriptor)
        )
        try pipe.fileHandleForReading.close()
        // Its end is the end of this process: nobody else has it.
        self.input = pipe.fileHandleForWriting
        _ = fcntl(self.input.fileDescriptor, F_SETFD, FD_CLOEXEC)
        try self.waitUntilReady()
    }

    /// The address of a database of this server.
    package func address(_ database: String = "postgres", as role: String = "flow") -> String {
        let user = role.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? role
        return "postgres://\(user)@/\(database)?host=\(self.directory)&port=\(self.port)"
    }

    /// The address of a database over the network, without TLS's and the password's words.
    package func networkAddress(_ database: String, as role: String, host: String) -> String {
        "postgres://\(role)@\(host):\(self.port)/\(database)"
    }

    package var networkPort: Int { self.port }

    /// Waits until a standby has all that this server has written so far.
    package func awaitStandby(_ standby: PostgresServer) throws {
        let position = try self.sql("SELECT pg_current_wal_lsn()")
        try standby.wait {
            (try? standby.sql("SELECT pg_last_wal_replay_lsn() >= '\(position)'::pg_lsn")) == "t"
        }
    }

    /// Makes an empty database; it goes with the server.
    package func makeDatabase(from template: String = "template0") throws -> String {
        let name = "test\(self.databases.add(1, ordering: .relaxed).newValue)"
        try self.sql("CREATE DATABASE \(name) TEMPLATE \(template)")
        return name
    }

    /// Takes a database away that nobody uses any more: a server with hundreds of them fills the disk.
    package func dropDatabase(_ name: String) throws { try self.sql("DROP DATABASE \(name) WITH (FORCE)") }

    /// Runs a statement with psql; returns what it prints.
    @discardableResult
    package func sql(
        _ statement: String,
        in database: String = "postgres",
        as role: String = "flow"
    ) throws -> String {
        guard let programs = Self.programs else { return "" }
        return try Self.run(
            "\(programs)/psql",
            [
                "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", self.directory, "-p", "\(self.port)", "-U", role, "-d",
                database,
                "-c", statement,
            ]
        )
    }

    /// Ends the server as a crash would.
    package func stop() throws {
        try self.input.write(contentsOf: Data("stop\n".utf8))
        try self.wait { (try? self.sql("SELECT 1")) == nil }
    }

    package func start() throws {
        try self.input.write(contentsOf: Data("start\n".utf8))
        try self.waitUntilReady()
    }

    private func waitUntilReady() throws { try self.wait { (try? self.sql("SELECT 1")) != nil } }

    private func wait(until condition: () -> Bool) throws {
        let end = Date().addingTimeInterval(60)
        while !condition() {
            guard Date() < end else {
                let log = try? String(contentsOfFile: self.directory + "/server.log", encoding: .utf8)
                throw Failure(description: "PostgreSQL did not get there in a minute: \(log ?? "")")
            }
            usleep(50_000)
        }
    }

    /// Where Debian and others put the programs.
    private static let programs: String? = {
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql")) ?? []
        let newest = versions.compactMap { Int($0) }.max()
        let places = newest.map { ["/usr/lib/postgresql/\($0)/bin"] } ?? []
        return (places + ["/usr/bin", "/usr/local/bin"]).first {
            FileManager.default.isExecutableFile(atPath: $0 + "/initdb")
        }
    }()

    private static func shell(_ script: String) throws { _ = try self.run("/bin/sh", ["-c", script]) }

    private static func run(_ program: String, _ arguments: [String]) throws -> String {
        let (end, text, problem) = try ChildProcess.run(program, arguments)
        guard end == .exited(0) else { throw Failure(description: "\(program): \(problem)") }
        return text.trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
