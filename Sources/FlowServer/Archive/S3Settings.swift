// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

package import FlowCore

/// Where an S3-compatible store is, and how this server signs in to it.
package struct S3Settings: Hashable, Sendable {
    /// `http://…` or `https://…`, without a path.
    package let endpoint: String
    package let region: String
    package let bucket: String
    /// Before names of objects; empty, or without slashes at its ends.
    package let prefix: String
    let accessKey: String
    let secretKey: String

    /// - Throws: ``CoreError`` `invalid` when the endpoint or the bucket can't be what it says.
    package init(
        endpoint: String,
        region: String,
        bucket: String,
        prefix: String,
        accessKey: String,
        secretKey: String
    ) throws(CoreError) {
        var trimmed = endpoint[...]
        while trimmed.hasSuffix("/") { trimmed = trimmed.dropLast() }
        let address = ["https://", "http://"].first { trimmed.hasPrefix($0) }.map { trimmed.dropFirst($0.count) }
        guard let rest = address, !rest.isEmpty, !rest.contains(where: { "/?#@ ".contains($0) }) else {
            throw CoreError(
                .invalid,
                "archive.s3.endpoint: '\(endpoint)' is no address such as https://s3.example.org:9000."
            )
        }
        let isName = bucket.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7a).contains(byte) || byte == 0x2d || byte == 0x2e
        }
        guard (3...63).contains(bucket.utf8.count), isName else {
            throw CoreError(
                .invalid,
                "archive.s3.bucket: '\(bucket)' is no name of a bucket: 3 to 63 small letters, digits, dots and hyphens."
            )
        }
        self.endpoint = String(trimmed)
        self.region = region
        self.bucket = bucket
        self.prefix = prefix.split(separator: "/").joined(separator: "/")
        self.accessKey = accessKey
        self.secretKey = secretKey
    }

    var origin: String { self.endpoint }

    /// The value of `Host`.
    var host: String { String(self.endpoint.drop { $0 != "/" }.dropFirst(2)) }

    func path(of name: String) -> String {
        "/\(self.bucket)/" + (self.prefix.isEmpty ? name : "\(self.prefix)/\(name)")
    }
}
