// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CFlowProcess
import FlowCore
import Foundation

/// The roles of `quicflow-work`.
package enum WorkProgram {
    /// - Returns: the exit code.
    package static func run(arguments: [String]) -> Int32 {
        // Whoever reads may go; that is an error of write(2) then.
        signal(SIGPIPE, SIG_IGN)
        let words = Array(arguments.dropFirst())
        // Who only becomes a job's program leaves that the limits it was started with.
        if words.first != "limits" { flow_keep_memory_private() }
        switch words.first {
        case "limits": return LimitedStart.run(Array(words.dropFirst()))
        case "check-plugin": return PluginCheck.run(Array(words.dropFirst()))
        case nil: return Self.attempt()
        default:
            WorkLog.complain("this program is started by the agent of a host")
            return WorkExit.trouble.rawValue
        }
    }

    private static func attempt() -> Int32 {
        do {
            let stop = try StopSignal()
            let order = try Self.order()
            return try Self.carryOut(order, outputs: WorkOutputs(), stop: stop)
        } catch let failure as WorkFailure {
            WorkLog.complain(failure.message)
            return failure.exit.rawValue
        } catch let error as CoreError {
            WorkLog.complain(error.message)
            return WorkExit.trouble.rawValue
        } catch {
            WorkLog.complain("\(error)")
            return WorkExit.trouble.rawValue
        }
    }

    /// - Returns: the exit code.
    private static func carryOut(_ order: WorkOrder, outputs: WorkOutputs, stop: StopSignal) throws -> Int32 {
        switch order.payload {
        case .sql(let sql): outputs.write(try SQLWork(order: order, payload: sql, stop: stop).run().outputs)
        case .plugin(let plugin):
            outputs.write(try PluginWork(order: order, payload: plugin, stop: stop).run())
        case .builtin(.cleanFiles(let clean)):
            try CleanFilesWork(clean, policy: order.policy, stop: stop, outputs: outputs).run()
        case .builtin(.checkTCP(let check)):
            try CheckTCPWork(check: check, policy: order.policy, outputs: outputs).run()
        case .builtin(.checkDisk(let check)): try CheckDiskWork.run(check, outputs: outputs)
        case .container(let container):
            do {
                return try ContainerWork(order: order, container: container, stop: stop).run(
                    outputs: outputs.sharedFile()
                )
            } catch let failure as WorkFailure {
                throw WorkFailure(.engine, failure.message)
            }
        case .builtin(.checkHTTP), .shell, .http:
            throw WorkFailure(.trouble, "this kind of job is carried out elsewhere")
        }
        return WorkExit.success.rawValue
    }

    /// What the environment brings; taken out of it, so that no child has it.
    private static func order() throws -> WorkOrder {
        var text = ""
        for number in 0..<64 {
            let name = "\(WorkOrder.variable)\(number)"
            guard let piece = getenv(name) else { break }
            text += String(cString: piece)
            unsetenv(name)
        }
        guard let data = Data(base64Encoded: text), let order = try? JSONDecoder().decode(WorkOrder.self, from: data)
        else {
            throw WorkFailure(.trouble, "this program is started by the agent of a host, of the same version")
        }
        return order
    }
}

/// Why an attempt is no success, in words for its log and record.
struct WorkFailure: Error {
    let exit: WorkExit
    let message: String

    init(_ exit: WorkExit, _ message: String) {
        self.exit = exit
        self.message = message
    }
}
