// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowPostgres
import FlowSupport

/// One transaction on a PostgreSQL.
struct PostgresWork {
    let address: String
    let order: WorkOrder
    let rowLimit: Int
    let stop: StopSignal

    func run(_ statements: [SQLWork.Bound]) throws -> SQLResult {
        do {
            var configuration = try PostgresConfiguration(self.address, applicationName: "quartzflow job")
            configuration.connectTimeout = .seconds(15)
            configuration.hosts = try self.hosts(configuration.options)
            let interrupt = try Interrupt()
            interrupt.begin(1)
            self.stop.onRaise { interrupt.raise(1) }
            let session = try PostgresSession.connect(configuration, interrupt: interrupt)
            WorkLog.say("connected to \(configuration.publicAddress)")
            session.begin("prepare the connection")
            try session.execute(self.settings)
            // Shorter than the time between SIGTERM and SIGKILL.
            let result = try session.transaction(.readWrite, commitTimeout: .seconds(8)) { session in
                var result = SQLResult()
                for statement in statements { try self.run(statement, session, &result) }
                session.begin("commit")
                return result
            }
            WorkLog.say("committed")
            return result
        } catch is CancellationError {
            throw WorkFailure(.trouble, "stopped; the statement was cancelled and the transaction rolled back")
        } catch let error as PostgresError {
            let isAnswer = error.code == .refused
            throw WorkFailure(isAnswer ? .failure : .trouble, "\(error)\(isAnswer ? "; rolled back" : "")")
        }
    }

    /// The server ends a statement by itself a little after the job's time limit, should this process not be able to ask.
    private var settings: String {
        let limit = self.order.timeout > 0 ? (self.order.timeout + 20) * 1000 : 0
        return "SET lock_timeout = 0; SET statement_timeout = \(min(limit, Int(Int32.max)))"
    }

    private func run(_ statement: SQLWork.Bound, _ session: PostgresSession, _ result: inout SQLResult) throws {
        session.begin("statement \(statement.number)")
        let table = try session.table(statement.text, statement.values, rowLimit: max(1, self.rowLimit))
        guard session.isInTransaction else {
            throw WorkFailure(.trouble, "statement \(statement.number) ended the transaction")
        }
        WorkLog.say("statement \(statement.number): \(table.tag)")
        let text = ResultTable(
            columns: table.columns,
            rows: Array(table.rows.prefix(self.rowLimit)),
            rowCount: table.rowCount
        ).text
        if !text.isEmpty { WorkLog.say(text) }
        result.take(
            columns: table.columns,
            first: table.rows.first,
            count: table.columns.isEmpty ? table.changes : table.rowCount
        )
    }

    /// Where the address leads, name by name, as addresses that were looked at: libpq resolves nothing itself.
    private func hosts(_ options: [String: String]) throws -> [PostgresConfiguration.Host] {
        for name in ["service", "servicefile", "options"] where options[name]?.isEmpty == false {
            throw WorkFailure(.denied, "'\(name)' may not stand in the address: what it leads to can't be looked at")
        }
        func list(_ name: String) -> [String] {
            options[name].map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) } ?? []
        }
        let (names, addresses, ports) = (list("host"), list("hostaddr"), list("port"))
        let count = max(names.count, addresses.count, 1)
        guard count <= 16 else { throw WorkFailure(.trouble, "the address names more than 16 hosts") }
        var result: [PostgresConfiguration.Host] = []
        for index in 0..<count {
            let name = index < names.count ? names[index] : ""
            let address = index < addresses.count ? addresses[index] : ""
            let port = ports.count == 1 ? ports[0] : index < ports.count ? ports[index] : ""
            result += try self.hosts(name, address, port)
        }
        return result
    }

    private func hosts(_ name: String, _ address: String, _ port: String) throws -> [PostgresConfiguration.Host] {
        let network = self.order.policy.network
        guard port.isEmpty || Int(port).map({ (1...65_535).contains($0) }) == true else {
            throw WorkFailure(.trouble, "'\(port)' is no port")
        }
        if address.isEmpty, name.isEmpty || name.hasPrefix("/") || name.hasPrefix("@") {
            // A socket of this host.
            if let refusal = network.localRefusal { throw WorkFailure(.denied, refusal) }
            if let refusal = network.refusal(ofHost: "localhost") { throw WorkFailure(.denied, refusal) }
            return [.init(name: name, address: "", port: port)]
        }
        if !name.isEmpty, let refusal = network.refusal(ofHost: name) { throw WorkFailure(.denied, refusal) }
        let number = Int(port) ?? 5432
        let target = address.isEmpty ? name : address
        if !address.isEmpty, HostAddress(literal: address) == nil {
            throw WorkFailure(.trouble, "'\(address)' is no address (hostaddr)")
        }
        // A name that is allowed does not have to be said again as an address.
        var rules = network
        if !name.isEmpty { rules.hosts = nil }
        return try Network.addresses(of: target, port: number, rules).map {
            .init(name: name.isEmpty ? $0.text : name, address: $0.text, port: String(number))
        }
    }
}
