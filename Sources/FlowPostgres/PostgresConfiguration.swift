// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CLibpq

/// Where a PostgreSQL is and how it is talked to.
package struct PostgresConfiguration: Hashable, Sendable {
    /// A connection URI or `key=value` list as libpq reads it: several hosts, TLS, services and password files included.
    package let address: String
    /// One place where the database may be: a host's name, and the address that is connected to for it.
    package struct Host: Hashable, Sendable {
        package var name: String
        package var address: String
        package var port: String

        package init(name: String, address: String, port: String) {
            self.name = name
            self.address = address
            self.port = port
        }
    }

    /// In place of the hosts in the address: no name is resolved then; empty = those of the address.
    package var hosts: [Host] = []
    /// What the server's lists of connections show.
    package var applicationName: String
    /// Which of several hosts will do, unless the address says so itself: libpq's `target_session_attrs`.
    package var sessionAttributes = "read-write"
    /// Until a connection must be there.
    package var connectTimeout: Duration = .seconds(5)
    /// What a transaction may take, waiting for a connection included.
    package var transactionTimeout: Duration = .seconds(15)
    /// How long a COMMIT that was sent is waited for.
    package var commitTimeout: Duration = .seconds(15)
    /// Connections at most.
    package var size = 4
    /// Callers that may wait for a connection.
    package var maximumWaiting = 256
    /// A connection that rested longer is asked whether it is alive before it is used.
    package var checkAfter: Duration = .seconds(30)

    /// - Throws: ``PostgresError`` `badAddress`, without the address: it may hold a password.
    package init(_ address: String, applicationName: String = "quartzflow") throws {
        self.address = address
        self.applicationName = applicationName
        var message: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(address, &message) else {
            PQfreemem(message)
            throw PostgresError(
                .badAddress,
                operation: "connect",
                message:
                    "the address of the database can't be read. Write it as postgres://USER:PASSWORD@HOST:5432/NAME, "
                    + "with special characters percent-encoded"
            )
        }
        PQconninfoFree(options)
    }

    /// What the address says, by libpq's keywords.
    package var options: [String: String] {
        guard let options = PQconninfoParse(self.address, nil) else { return [:] }
        defer { PQconninfoFree(options) }
        var values: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { values[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        return values
    }

    /// The address without what is secret, for messages and logs.
    package var publicAddress: String {
        let values = self.options
        let host = values["host"] ?? values["hostaddr"] ?? "the local socket"
        let port = values["port"].map { ":" + $0 } ?? ""
        let name = values["dbname"] ?? values["user"] ?? values["service"].map { "service " + $0 } ?? ""
        return "\(host)\(port)/\(name)"
    }
}
