// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// Where old output lies outside the database: a directory, or a store of objects.
///
/// Objects are written once, and never changed. Errors say in words what could not be reached.
package protocol OutputArchive: Sendable {
    /// What people call it.
    var place: String { get }
    /// Writes an object; durable when it returns. An object of the name is replaced: it is what an earlier try left.
    func put(_ name: String, _ bytes: [UInt8]) async throws
    /// Reads a part of an object.
    func get(_ name: String, from position: Int, count: Int) async throws -> [UInt8]
    /// Deletes an object; one that is not there is fine.
    func delete(_ name: String) async throws
}

/// What the database knows of archived output: which part of it is where.
package protocol ArchiveStore: Sendable {
    /// The oldest output of executions that ended, as parts for one object.
    ///
    /// - Parameters:
    ///   - bound: only of executions with an earlier nominal time.
    ///   - position: only behind this execution; nil = from the first on.
    ///   - limit: about how many bytes, as they were written.
    /// - Returns: nil when nothing is left to archive.
    func archiveBatch(before bound: Timestamp, after position: ExecutionID?, limit: Int) async throws -> ArchiveBatch?
    /// Notes the name of an object that is about to be written, so that it can be found when nothing comes of it.
    func beginArchiveObject(_ name: String, bytes: Int, at now: Timestamp) async throws
    /// The object is durable: its parts take the place of the pieces, and what is shown beside the records stays.
    func finishArchiveObject(_ name: String, parts: [ArchivedPart]) async throws
    /// Forgets output of executions with an earlier nominal time than `bound`, archived or not; their records say that it was cut.
    ///
    /// And parts of executions that are gone.
    ///
    /// - Parameters:
    ///   - bound: nil = only those parts.
    ///   - records: executions with an earlier nominal time than this are forgotten themselves.
    ///   - limit: parts and pieces that go at most in this step, however many one execution has.
    /// - Returns: whether there may be more.
    func forgetOutput(before bound: Timestamp?, records: Timestamp, limit: Int) async throws -> Bool
    /// Objects of which no part is left, and those that were begun before an instant and never finished.
    func unusedArchiveObjects(begunBefore bound: Timestamp, limit: Int) async throws -> [String]
    /// Such an object is deleted.
    func removeArchiveObject(_ name: String) async throws
    func archiveFigures() async throws -> ArchiveFigures
}

/// A run of an attempt's output in the archive.
package struct ArchivedPart: Hashable, Sendable {
    package let execution: ExecutionID
    package let attempt: Int
    package let offset: Int64
    package let end: Int64
    /// Line breaks before it.
    package let breaks: Int64
    package let object: String
    /// Where in the object it lies.
    package let position: Int
    package let length: Int
    /// SHA-256 of these bytes.
    package let checksum: [UInt8]

    package init(
        execution: ExecutionID,
        attempt: Int,
        offset: Int64,
        end: Int64,
        breaks: Int64,
        object: String,
        position: Int,
        length: Int,
        checksum: [UInt8]
    ) {
        self.execution = execution
        self.attempt = attempt
        self.offset = offset
        self.end = end
        self.breaks = breaks
        self.object = object
        self.position = position
        self.length = length
        self.checksum = checksum
    }
}

/// What goes into one object.
package struct ArchiveBatch: Sendable {
    package let object: String
    package let parts: [ArchivedPart]
    package let bytes: [UInt8]
    /// Behind which execution to go on: those before it were taken, or are still open.
    package let next: ExecutionID?

    package init(object: String, parts: [ArchivedPart], bytes: [UInt8], next: ExecutionID?) {
        self.object = object
        self.parts = parts
        self.bytes = bytes
        self.next = next
    }
}

/// How much is in the archive.
package struct ArchiveFigures: Hashable, Sendable {
    package let objects: Int64
    /// As they are stored.
    package let bytes: Int64

    package init(objects: Int64 = 0, bytes: Int64 = 0) {
        self.objects = objects
        self.bytes = bytes
    }
}
