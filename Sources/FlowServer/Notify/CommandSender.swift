// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowNotify
import FlowProcess
import Foundation

/// Hands a message to a program of this host, one of those that the operator lists in the server's file.
struct CommandSender: Sendable {
    /// Absolute paths; the list is looked at for each message, so that what was taken out is started no more.
    let allowed: [String]
    /// How long a program may take.
    var patience: Duration = .seconds(30)

    /// Of its standard error.
    private static let errorLimit = 4096

    func send(_ delivery: NotifyDelivery, over channel: NotifyChannel) async -> DeliveryVerdict {
        let path = channel.settings.command ?? ""
        guard self.allowed.contains(path) else {
            return .dead("the program '\(path)' is not in notify.commands of the server's file")
        }
        let message = CommandMessage(delivery)
        // Files and not pipes: nobody has to read or write while it runs.
        guard let input = tmpfile(), let error = tmpfile() else {
            return .again("there is no room for a temporary file")
        }
        defer { for file in [input, error] { fclose(file) } }
        guard fwrite(message.input, 1, message.input.count, input) == message.input.count, fflush(input) == 0 else {
            return .again("there is no room for a temporary file")
        }
        rewind(input)
        var environment = message.environment
        // Nothing else of the server: it has keys there.
        environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
        environment["LANG"] = "C.UTF-8"
        let child: ChildProcess
        do {
            child = try ChildProcess(
                path,
                [],
                environment: environment,
                directory: "/",
                streams: .init(input: fileno(input), error: fileno(error))
            )
        } catch {
            return .again("\(error)")
        }
        return await self.verdict(child, error: error)
    }

    private func verdict(_ child: ChildProcess, error: UnsafeMutablePointer<FILE>) async -> DeliveryVerdict {
        let patience = self.patience
        let isLate = await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                _ = await child.end()
                return false
            }
            group.addTask {
                try? await Task.sleep(for: patience)
                return true
            }
            let first = await group.next() ?? false
            // It leads a session of its own: what it started goes with it.
            if first, child.ended == nil { kill(-child.pid, SIGKILL) }
            if first { child.signal(SIGKILL) }
            group.cancelAll()
            return first
        }
        if isLate { return .again("the program took longer than \(patience.components.seconds) s") }
        switch await child.end() {
        case .exited(let code):
            return CommandMessage.verdict(code: Int(code), said: Self.end(of: error))
        case .signalled: return CommandMessage.verdict(code: nil, said: "")
        }
    }

    private static func end(of file: UnsafeMutablePointer<FILE>) -> String {
        fseek(file, 0, SEEK_END)
        fseek(file, max(0, ftell(file) - self.errorLimit), SEEK_SET)
        var bytes = [UInt8](repeating: 0, count: self.errorLimit)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(decoding: bytes[..<count], as: UTF8.self)
    }
}
