// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import HTTPTypes
import Hummingbird
import NIOHTTP1
import NIOHTTPCompression

/// Compresses answers of the API where the client asks for it.
///
/// A route's answer is marked, and the handler on the connection takes the mark off: only there it is known what a client accepts, and
/// only here what is worth it. Small answers are not, files of the console have been compressed before, and answers to changes may
/// hold secrets beside what the client sent (CRIME, BREACH). An answer is bounded by its page, so the event loop has some
/// milliseconds of work at most.
enum Compression {
    private static let mark = HTTPField.Name("X-QF-Compress")!
    private static let leastBytes = 1024

    /// Marks an answer that may be compressed.
    static func marked(_ response: Response, method: HTTPRequest.Method) -> Response {
        guard method == .get, response.headers[.contentEncoding] == nil, let length = response.body.contentLength,
            length >= Self.leastBytes
        else { return response }
        var response = response
        response.headers[Self.mark] = "1"
        response.headers.vary(on: .acceptEncoding)
        return response
    }

    static func handler() -> HTTPResponseCompressor {
        HTTPResponseCompressor { head, isPossible in
            guard head.headers.contains(name: Self.mark.rawName) else { return .doNotCompress }
            head.headers.remove(name: Self.mark.rawName)
            // The length is that of the uncompressed answer.
            if isPossible { head.headers.remove(name: "content-length") }
            return .compressIfPossible
        }
    }
}
