// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import FlowCore
import Foundation
import NIOCore
import NIOHTTP1

/// An archive in a bucket of an S3-compatible store.
///
/// Addresses are `ENDPOINT/BUCKET/PREFIX/NAME` (path style), which every such store understands.
struct S3Archive: OutputArchive {
    let settings: S3Settings
    private let signature: S3Signature
    /// Seconds since the epoch; what the store's clock is compared with.
    private let now: @Sendable () -> Int64

    private static let timeout = TimeAmount.seconds(60)
    /// Of a refusal this much is read.
    private static let refusalBytes = 8 << 10
    private static let tries = 3

    init(_ settings: S3Settings, now: @escaping @Sendable () -> Int64 = { Int64(Date().timeIntervalSince1970) }) {
        self.settings = settings
        self.now = now
        self.signature = S3Signature(
            accessKey: settings.accessKey,
            secretKey: settings.secretKey,
            region: settings.region
        )
    }

    var place: String { "\(self.settings.endpoint)/\(self.settings.bucket)" }

    func put(_ name: String, _ bytes: [UInt8]) async throws {
        _ = try await self.ask("PUT", name, body: bytes, limit: Self.refusalBytes)
    }

    func get(_ name: String, from position: Int, count: Int) async throws -> [UInt8] {
        let range = ("range", "bytes=\(position)-\(position + count - 1)")
        let bytes = try await self.ask("GET", name, headers: [range], limit: position + count)
        // A store that does not know ranges answers with everything.
        return bytes.count > count ? Array(bytes.dropFirst(position).prefix(count)) : bytes
    }

    func delete(_ name: String) async throws {
        _ = try await self.ask("DELETE", name, limit: Self.refusalBytes, mayBeAbsent: true)
    }

    private func ask(
        _ method: String,
        _ name: String,
        headers: [(String, String)] = [],
        body: [UInt8] = [],
        limit: Int,
        mayBeAbsent: Bool = false
    ) async throws -> [UInt8] {
        var attempt = 1
        while true {
            do {
                let (status, bytes) = try await self.exchange(method, name, headers, body, limit: limit)
                if (200..<300).contains(status) || (mayBeAbsent && status == 404) { return bytes }
                let words = Self.words(of: bytes)
                let error = CoreError(.unavailable, "\(method) of \(name) was answered with \(status)\(words)")
                guard status >= 500 || status == 429, attempt < Self.tries else { throw error }
            } catch let error as CoreError {
                throw error
            } catch is CancellationError {
                throw CancellationError()
            } catch {
                guard attempt < Self.tries else {
                    let words = (error as? HTTPClientError)?.shortDescription ?? "\(error)"
                    throw CoreError(.unavailable, "\(self.settings.endpoint) can't be reached: \(words)")
                }
            }
            try await Task.sleep(for: .milliseconds(200 << attempt))
            attempt += 1
        }
    }

    private func exchange(
        _ method: String,
        _ name: String,
        _ headers: [(String, String)],
        _ body: [UInt8],
        limit: Int
    ) async throws -> (status: Int, bytes: [UInt8]) {
        let time = self.now()
        let digest = S3Signature.digest(body)
        let path = S3Signature.escaped(self.settings.path(of: name))
        let signed =
            [("host", self.settings.host), ("x-amz-content-sha256", digest), ("x-amz-date", S3Signature.stamp(time))]
            + headers
        let authorization = self.signature.authorization(
            of: S3Signature.Request(
                method: method,
                path: path,
                headers: signed.map { (name: $0.0, value: $0.1) },
                bodyDigest: digest
            ),
            at: time
        )
        var request = HTTPClientRequest(url: self.settings.origin + path)
        request.method = HTTPMethod(rawValue: method)
        for (name, value) in signed { request.headers.add(name: name, value: value) }
        request.headers.add(name: "authorization", value: authorization)
        if method == "PUT" { request.body = .bytes(ByteBuffer(bytes: body)) }
        let response = try await HTTPClient.shared.execute(request, timeout: Self.timeout)
        var bytes: [UInt8] = []
        for try await part in response.body {
            bytes += part.readableBytesView
            if bytes.count > limit { break }
        }
        return (Int(response.status.code), bytes)
    }

    /// The code and the message of S3's own error document, if it is one.
    private static func words(of bytes: [UInt8]) -> String {
        let text = String(decoding: bytes, as: UTF8.self)
        let words = ["Code", "Message"].compactMap { name -> String? in
            guard let start = text.range(of: "<\(name)>"),
                let end = text.range(of: "</\(name)>", range: start.upperBound..<text.endIndex)
            else { return nil }
            return String(text[start.upperBound..<end.lowerBound])
        }
        return words.isEmpty ? "" : ": " + words.joined(separator: ", ")
    }
}
