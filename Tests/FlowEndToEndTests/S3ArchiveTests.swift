// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import AsyncHTTPClient
import FlowCore
import FlowProcess
import Foundation
import NIOCore
import NIOHTTP1
import Testing

@testable import FlowServer

@Suite("The archive in an S3-compatible store", .timeLimit(.minutes(5)))
struct S3ArchiveTests {
    private static let keys = S3Signature(
        accessKey: "AKIAIOSFODNN7EXAMPLE",
        secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        region: "us-east-1"
    )
    /// The instant 2013-05-24T00:00:00Z.
    private static let time: Int64 = 1_369_353_600
    private static let emptyDigest = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

    @Test("A request is signed as AWS's own examples are (Signature Version 4)")
    func signatures() {
        let get = Self.keys.authorization(
            of: S3Signature.Request(
                method: "GET",
                path: "/test.txt",
                headers: [
                    ("host", "examplebucket.s3.amazonaws.com"), ("range", "bytes=0-9"),
                    ("x-amz-content-sha256", Self.emptyDigest), ("x-amz-date", S3Signature.stamp(Self.time)),
                ],
                bodyDigest: S3Signature.digest([])
            ),
            at: Self.time
        )
        #expect(
            get == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
                + "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
                + "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
        )
        let digest = S3Signature.digest(Array("Welcome to Amazon S3.".utf8))
        let put = Self.keys.authorization(
            of: S3Signature.Request(
                method: "PUT",
                path: S3Signature.escaped("/test$file.text"),
                headers: [
                    ("x-amz-storage-class", "REDUCED_REDUNDANCY"), ("date", "Fri, 24 May 2013 00:00:00 GMT"),
                    ("host", "examplebucket.s3.amazonaws.com"), ("x-amz-date", S3Signature.stamp(Self.time)),
                    ("x-amz-content-sha256", digest),
                ],
                bodyDigest: digest
            ),
            at: Self.time
        )
        #expect(put.hasSuffix("Signature=98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"))
    }

    @Test(
        "Settings say what can't be a store",
        arguments: [
            ("s3.example.org", "bucket"), ("https://", "bucket"), ("https://a.example/path", "bucket"),
            ("https://u:p@a.example", "bucket"), ("https://a.example", "b"), ("https://a.example", "Bucket/x"),
        ]
    )
    func settings(_ endpoint: String, _ bucket: String) {
        #expect(throws: CoreError.self) {
            try S3Settings(
                endpoint: endpoint,
                region: "r",
                bucket: bucket,
                prefix: "",
                accessKey: "a",
                secretKey: "s"
            )
        }
    }

    private static let python =
        ProcessInfo.processInfo.environment["QF_TEST_PYTHON"] ?? FileManager.default.currentDirectoryPath
        + "/.venv/bin/python"

    private static let hasMoto = system("'\(Self.python)' -c 'import moto.server' >/dev/null 2>&1") == 0

    @Test("Objects go to a real implementation of S3, come back in parts, and go", .enabled(if: Self.hasMoto))
    func moto() async throws {
        let port = Int.random(in: 20_000..<30_000)
        let server = try ChildProcess(
            Self.python,
            ["-m", "moto.server", "-H", "127.0.0.1", "-p", "\(port)"]
        )
        defer { server.signal(SIGKILL) }
        let endpoint = "http://127.0.0.1:\(port)"
        let archive = S3Archive(
            try S3Settings(
                endpoint: endpoint,
                region: "us-east-1",
                bucket: "output",
                prefix: "/quartz flow/",
                accessKey: "key",
                secretKey: "secret"
            )
        )
        try await Self.makeBucket(endpoint + "/output")
        let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try await archive.put("0192-a", bytes)
        #expect(try await archive.get("0192-a", from: 2_000_001, count: 65_536) == Array(bytes[2_000_001..<2_065_537]))
        #expect(try await archive.get("0192-a", from: 0, count: 3_000_000) == bytes)
        try await archive.delete("0192-a")
        try await archive.delete("0192-a")
        let error = await #expect(throws: CoreError.self) { try await archive.get("0192-a", from: 0, count: 1) }
        #expect(error?.message.contains("404: NoSuchKey") == true, "\(error?.message ?? "")")
    }

    private static func makeBucket(_ address: String) async throws {
        var request = HTTPClientRequest(url: address)
        request.method = .PUT
        let end = ContinuousClock.now + .seconds(60)
        while true {
            // It takes a few seconds to start.
            let response = try? await HTTPClient.shared.execute(request, timeout: .seconds(5))
            if response?.status == .ok { return }
            guard ContinuousClock.now < end else { throw CoreError(.unavailable, "moto does not answer") }
            try await Task.sleep(for: .milliseconds(200))
        }
    }
}
