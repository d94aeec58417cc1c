// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Synchronization

/// Questions for secrets that wait for the server's answer; one for each execution.
final class SecretRequests: Sendable {
    private typealias Answer = AsyncStream<SecretsAnswer>

    private let waiting = Mutex<[ExecutionID: Answer.Continuation]>([:])
    private static let patience = Duration.seconds(30)

    /// - Parameter send: puts the question.
    /// - Throws: ``LinkDown`` when there is no answer, `CoreError` when it is a refusal.
    func ask(
        _ request: SecretsRequest,
        send: @escaping @Sendable () async throws -> Void
    ) async throws -> [String: String] {
        let (answers, continuation) = Answer.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.waiting.withLock { $0.updateValue(continuation, forKey: request.execution) }?.finish()
        defer { _ = self.waiting.withLock { $0.removeValue(forKey: request.execution) } }
        do { try await send() } catch { throw LinkDown() }
        let answer = await withTaskGroup(of: SecretsAnswer?.self) { group in
            group.addTask { await answers.first { _ in true } }
            group.addTask {
                try? await Task.sleep(for: Self.patience)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        guard let answer else { throw LinkDown() }
        if let refusal = answer.refusal { throw CoreError(.forbidden, refusal) }
        return answer.values
    }

    func answered(_ answer: SecretsAnswer) {
        let continuation = self.waiting.withLock { $0[answer.execution] }
        continuation?.yield(answer)
        continuation?.finish()
    }

    /// The connection is over: no answer comes any more.
    func giveUp() {
        let waiting = self.waiting.withLock { waiting in
            defer { waiting = [:] }
            return waiting
        }
        for continuation in waiting.values { continuation.finish() }
    }
}
