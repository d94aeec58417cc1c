// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Makes the archive that a configuration names.
enum ArchiveOpening {
    /// - Returns: nil when none is named.
    /// - Throws: ``CoreError`` when it can't be used as it is.
    static func open(_ settings: ArchiveSettings?) throws -> (any OutputArchive)? {
        switch settings {
        case nil: nil
        case .directory(let path)?: try DirectoryArchive(path)
        case .s3(let settings)?: S3Archive(settings)
        }
    }
}
