// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// A job that needs no script.
package enum BuiltinPayload: Hashable, Sendable, Codable {
    case cleanFiles(CleanFiles)
    case checkTCP(CheckTCP)
    case checkHTTP(CheckHTTP)
    case checkDisk(CheckDisk)

    /// The word for it in the API.
    package var name: String {
        switch self {
        case .cleanFiles: "clean_files"
        case .checkTCP: "check_tcp"
        case .checkHTTP: "check_http"
        case .checkDisk: "check_disk"
        }
    }

    /// What it looks at.
    package var subject: String {
        switch self {
        case .cleanFiles(let clean): clean.path
        case .checkTCP(let check): "\(check.host):\(check.port)"
        case .checkHTTP(let check): check.url
        case .checkDisk(let check): check.path
        }
    }

    package static let names = ["clean_files", "check_tcp", "check_http", "check_disk"]

    /// Deletes files under a path that were not changed for some days; never follows a link.
    package struct CleanFiles: Hashable, Sendable, Codable {
        package var path: String
        /// A file is deleted when its last change is longer ago; 0 = every file.
        package var olderThanDays: Int
        /// Only files whose name matches, with `*` and `?`; nil = all.
        package var pattern: String?
        /// Says what would be deleted, and deletes nothing.
        package var isDryRun: Bool

        package init(path: String, olderThanDays: Int, pattern: String? = nil, isDryRun: Bool = false) {
            self.path = path
            self.olderThanDays = olderThanDays
            self.pattern = pattern
            self.isDryRun = isDryRun
        }
    }

    /// Succeeds when a connection to a port can be made.
    package struct CheckTCP: Hashable, Sendable, Codable {
        package var host: String
        package var port: Int

        package init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    /// Succeeds when a GET is answered as expected.
    package struct CheckHTTP: Hashable, Sendable, Codable {
        package var url: String
        /// Empty = any 2xx.
        package var expectedStatus: [Int]

        package init(url: String, expectedStatus: [Int] = []) {
            self.url = url
            self.expectedStatus = expectedStatus
        }
    }

    /// Succeeds when a file system has at least so much room.
    package struct CheckDisk: Hashable, Sendable, Codable {
        package var path: String
        /// Of what users other than root may use.
        package var leastFreePercent: Int

        package init(path: String, leastFreePercent: Int) {
            self.path = path
            self.leastFreePercent = leastFreePercent
        }
    }
}
