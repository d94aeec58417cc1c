// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation
import HTTPTypes
import Hummingbird
import NIOCore

/// Serves the built web console.
actor ConsoleFiles {
    private let directory: URL?
    private var index: ConsoleIndex?

    /// - Parameter directory: where the build is; nil or missing = a page that says how to build it.
    init(directory: String?) { self.directory = directory.map { URL(filePath: $0) } }

    func respond(path: String, headers: HTTPFields, isHead: Bool) throws -> Response {
        guard let index = self.current() else { return self.missing() }
        let name =
            switch path {
            case "/", "": "/index.html"
            case "/docs", "/docs/": "/docs/index.html"
            case "/redoc", "/redoc/": "/docs/redoc.html"
            default: path
            }
        if let file = index.files[name] { return self.response(file, headers: headers, isHead: isHead) }
        // A missing script must be an error, not a page that the browser then cannot run.
        if path.hasPrefix("/c/") || path.split(separator: "/").last?.contains(".") == true {
            throw APIFailure.notFound("There is no such file in the console.")
        }
        // Pages of the console are paths that only it knows.
        guard let page = index.files["/index.html"] else { return self.missing() }
        return self.response(page, headers: headers, isHead: isHead)
    }

    /// The index, read again when there has been another build.
    private func current() -> ConsoleIndex? {
        guard let directory else { return nil }
        let builtAt = ConsoleIndex.builtAt(directory)
        if let index, index.builtAt == builtAt { return index }
        self.index = builtAt == nil ? nil : ConsoleIndex(directory: directory)
        return self.index
    }

    private func response(_ file: ConsoleIndex.File, headers: HTTPFields, isHead: Bool) -> Response {
        var fields: HTTPFields = [
            .contentType: file.contentType,
            .vary: "Accept-Encoding",
            .cacheControl: file.isImmutable ? "public, max-age=31536000, immutable" : "no-cache",
        ]
        let (contents, encoding) = Self.choose(file, accept: headers[.acceptEncoding])
        if let encoding { fields[.contentEncoding] = encoding }
        // Twins are other representations and need other tags (RFC 9110, 8.8.3.3).
        let tag = "\"\(file.entityTag)\(encoding.map { "-\($0)" } ?? "")\""
        fields[.eTag] = tag
        let known = headers[.ifNoneMatch].map {
            $0.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        if let known, known.contains(where: { $0 == tag || $0 == "W/" + tag || $0 == "*" }) {
            return Response(status: .notModified, headers: fields)
        }
        if isHead {
            fields[.contentLength] = String(contents.count)
            return Response(status: .ok, headers: fields)
        }
        return Response(status: .ok, headers: fields, body: .init(byteBuffer: ByteBuffer(bytes: contents)))
    }

    static func choose(_ file: ConsoleIndex.File, accept: String?) -> ([UInt8], String?) {
        var accepted: Set<Substring> = []
        for part in (accept ?? "").lowercased().split(separator: ",") {
            let words = part.split(separator: ";").map { $0.filter { $0 != " " } }
            guard let name = words.first else { continue }
            let isRefused = words.dropFirst().contains {
                $0 == "q=0" || $0 == "q=0.0" || $0 == "q=0.00" || $0 == "q=0.000"
            }
            if !isRefused { accepted.insert(Substring(name)) }
        }
        if let brotli = file.brotli, accepted.contains("br") { return (brotli, "br") }
        if let gzip = file.gzip, accepted.contains("gzip") { return (gzip, "gzip") }
        return (file.contents, nil)
    }

    private func missing() -> Response {
        var response = Response(
            text: """
                <!doctype html><meta charset="utf-8"><title>QuartzFlow</title>
                <h1>The console is not built</h1>
                <p>Run <code>make web</code> and reload this page. The API is at <code>/api/v1</code>.</p>
                """,
            type: "text/html; charset=utf-8",
            status: .serviceUnavailable
        )
        response.headers[.retryAfter] = "60"
        return response
    }
}
