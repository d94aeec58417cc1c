// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What a server says to requests for a certificate, on one connection.
///
/// A request that is never answered is given up after a while: the agent would wait on a connection that does all else as it
/// should, and its certificate would end meanwhile.
struct RenewalAnswers {
    enum Answer {
        case message(ServerMessage)
        /// None came in time.
        case missing
        /// The connection is over, or the wait was cancelled.
        case over
    }

    fileprivate enum News: Sendable {
        case message(ServerMessage)
        case overdue(request: Int)
    }

    /// Where whoever reads the connection puts what is for here.
    struct Inlet: Sendable {
        fileprivate let news: AsyncStream<News>.Continuation

        func yield(_ message: ServerMessage) { self.news.yield(.message(message)) }
        func finish() { self.news.finish() }
    }

    /// Of one connection; only one may listen.
    struct Source: Sendable {
        fileprivate let stream: AsyncStream<News>
        let inlet: Inlet

        init() {
            let (stream, continuation) = AsyncStream<News>.makeStream()
            self.stream = stream
            self.inlet = Inlet(news: continuation)
        }
    }

    private var news: AsyncStream<News>.Iterator
    private let inlet: AsyncStream<News>.Continuation
    private var requests = 0

    init(_ source: Source) {
        self.news = source.stream.makeAsyncIterator()
        self.inlet = source.inlet.news
    }

    /// The next message, whenever it comes; nil when the connection is over.
    mutating func next() async -> ServerMessage? {
        while let news = await self.news.next() {
            if case .message(let message) = news { return message }
        }
        return nil
    }

    /// The next message, as long as there is patience.
    ///
    /// - Parameter patience: returns when it is used up, and throws when it is cancelled.
    mutating func next(within patience: @escaping @Sendable () async throws -> Void) async -> Answer {
        self.requests += 1
        let request = self.requests
        let inlet = self.inlet
        return await withTaskGroup(of: Void.self) { group in
            group.addTask {
                if (try? await patience()) != nil { inlet.yield(.overdue(request: request)) }
            }
            defer { group.cancelAll() }
            while let news = await self.news.next() {
                switch news {
                case .message(let message): return .message(message)
                case .overdue(request): return .missing
                case .overdue: break
                }
            }
            return .over
        }
    }
}
