// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import CoreFoundation
import FlowCore
import FlowWire
import Foundation
import GRDB

/// The output of a day's executions that is kept on the host, as `logs/DATE/task_ID_exec_ID.log`.
///
/// What is no longer kept goes from the directory too, so that it stays within the bounds of what the agent keeps.
struct LogExport {
    private let records: LocalRecords
    private let root: PrivateDirectory

    init(_ records: LocalRecords, _ root: PrivateDirectory) {
        self.records = records
        self.root = root
    }

    /// Where the output of one execution is.
    private struct Source {
        var isInLedger = false
        var files: [String] = []
    }

    private struct Key: Hashable {
        let job: JobUID
        let execution: ExecutionID
    }

    /// - Returns: how many executions of the day have output.
    func write(day: String, _ span: Range<Timestamp>) throws -> Int {
        let directory = try self.root.subdirectory("logs").subdirectory(day)
        let (sources, numbers) = try self.sources(span)
        var names: Set<String> = []
        for (key, source) in sources {
            let name = "task_\(numbers[key.job].map { String($0) } ?? key.job.description)_exec_\(key.execution).log"
            names.insert(name)
            try self.write(source, of: key, to: directory.path(of: name))
        }
        for name in (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
        where name.hasPrefix("task_") && name.hasSuffix(".log") && !names.contains(name) {
            unlink(directory.path(of: name))
        }
        if names.isEmpty { rmdir(directory.path) }
        return names.count
    }

    private func sources(_ span: Range<Timestamp>) throws -> ([Key: Source], [JobUID: JobID]) {
        var sources: [Key: Source] = [:]
        var numbers: [JobUID: JobID] = [:]
        let bounds = (ExecutionID.lowerBound(at: span.lowerBound), ExecutionID.lowerBound(at: span.upperBound))
        try self.records.queue.read { database in
            // A few outputs are kept of each job, so looking at all of them is little work.
            let rows = try Row.fetchAll(
                database,
                sql: "SELECT job_uid, exec_id FROM output WHERE exec_id >= ? AND exec_id < ?",
                arguments: [bounds.0.uuid, bounds.1.uuid]
            )
            for row in rows {
                sources[Key(job: JobUID(uuid: row[0]), execution: ExecutionID(uuid: row[1])), default: Source()]
                    .isInLedger = true
            }
            for (job, file, id) in self.files() where bounds.0 <= id && id < bounds.1 {
                sources[Key(job: job, execution: id), default: Source()].files.append(file)
            }
            var names = JobNames(database: database)
            for job in Set(sources.keys.map(\.job)) {
                let number = try names.name(of: job).id
                if number != 0 { numbers[job] = number }
            }
        }
        return (sources, numbers)
    }

    /// Files of long outputs, one for each attempt.
    private func files() -> [(JobUID, String, ExecutionID)] {
        let logs = "\(self.records.directory)/logs"
        let jobs = (try? FileManager.default.contentsOfDirectory(atPath: logs)) ?? []
        return jobs.flatMap { directory -> [(JobUID, String, ExecutionID)] in
            guard let job = JobUID(directory) else { return [] }
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(logs)/\(directory)")) ?? []
            return names.compactMap { name in
                ExecutionID(String(name.prefix(36))).map { (job, "\(logs)/\(directory)/\(name)", $0) }
            }
        }
    }

    /// Bytes as they were: output need not be text.
    private func write(_ source: Source, of key: Key, to path: String) throws {
        var stored: [UInt8] = []
        if source.isInLedger {
            let blob = try self.records.queue.read { database in
                try Data.fetchOne(
                    database,
                    sql: "SELECT chunks FROM output WHERE job_uid = ? AND exec_id = ?",
                    arguments: [key.job.uuid, key.execution.uuid]
                )
            }
            stored = blob.map(Array.init) ?? []
        }
        let log = WholeLog(key.execution, files: source.files.sorted(), stored: stored)
        // What has ended does not change; only a retry adds to it.
        var size: Int64 = 0
        log.forEachPiece { size += Int64($0.count) }
        if Self.size(of: path) == size { return }
        let file = try AtomicFile(path)
        try log.forEachPiece { try file.write($0) }
        try file.finish()
    }

    /// -1 when there is no such file.
    private static func size(of path: String) -> Int64 {
        var information = stat()
        return lstat(path, &information) == 0 ? Int64(information.st_size) : -1
    }
}
