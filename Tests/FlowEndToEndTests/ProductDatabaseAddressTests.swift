// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowTesting
import Foundation
import Testing

extension ProductTests {
    /// With a PostgreSQL that is reached over TLS with a password, as an installation's would be.
    @Suite("The address of a database")
    struct DatabaseAddress {
        /// Looks at an empty database: exit code 1 = connected, and all steps of the schema are missing; 2 = could not look.
        private static func check(
            _ address: String,
            in home: String,
            environment: [String: String] = [:]
        ) async throws -> (code: Int32, output: String) {
            let place = ["--data-dir", home + "/server"]
            return try await Program.run(
                "quicflow-server",
                ["migrate", "--check", "--database", address] + place,
                home: home,
                environment: environment
            )
        }

        @Test(
            "TLS with verify-full, password files and services work as in libpq; a wrong name or authority is refused"
        )
        func conventions() async throws {
            let postgres = try PostgresServer.encrypted()
            let database = try postgres.makeDatabase()
            try postgres.sql("CREATE ROLE ada LOGIN SUPERUSER PASSWORD 'hunter2'")
            let home = NSTemporaryDirectory() + "qf-address-" + UUID().uuidString
            try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
            defer { try? FileManager.default.removeItem(atPath: home) }
            func write(_ name: String, _ text: String) throws -> String {
                try Data(text.utf8).write(to: URL(fileURLWithPath: home + "/" + name))
                try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: home + "/" + name)
                return home + "/" + name
            }
            let passwords = try write("passwords", "localhost:*:*:ada:hunter2\n127.0.0.1:*:*:ada:hunter2\n")
            let (right, wrong) = (postgres.directory + "/ca.pem", postgres.directory + "/other.pem")
            func address(_ host: String, _ authority: String) -> String {
                postgres.networkAddress(database, as: "ada", host: host)
                    + "?sslmode=verify-full&sslrootcert=\(authority)&passfile=\(passwords)"
            }
            let good = try await Self.check(address("localhost", right), in: home)
            #expect(good.code == 1 && good.output.contains("001 jobs"), "\(good.output)")
            let name = try await Self.check(address("127.0.0.1", right), in: home)
            #expect(name.code == 2 && name.output.contains("does not match host name"), "\(name.output)")
            let authority = try await Self.check(address("localhost", wrong), in: home)
            #expect(
                authority.code == 2 && authority.output.contains("certificate verify failed"),
                "\(authority.output)"
            )
            for refused in [name, authority] { #expect(!refused.output.contains("hunter2")) }

            // A service says all of it; the password comes by the environment's file.
            let services = try write(
                "services",
                """
                [flow]
                host=localhost
                port=\(postgres.networkPort)
                dbname=\(database)
                user=ada
                sslmode=verify-full
                sslrootcert=\(right)

                """
            )
            let environment = ["PGSERVICEFILE": services, "PGPASSFILE": passwords]
            let service = try await Self.check("service=flow", in: home, environment: environment)
            #expect(service.code == 1 && service.output.contains("001 jobs"), "\(service.output)")
            let unknown = try await Self.check("service=other", in: home, environment: environment)
            #expect(unknown.code == 2 && unknown.output.contains("other"), "\(unknown.output)")
            let without = try await Self.check("service=flow", in: home, environment: ["PGSERVICEFILE": services])
            #expect(without.code == 2 && without.output.contains("password"), "\(without.output)")
        }
    }
}
