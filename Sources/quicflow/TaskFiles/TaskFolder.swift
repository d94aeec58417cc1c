// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// A folder of task files, as an export writes it.
struct TaskFolder {
    private let path: String
    private let known: [TaskFile]
    /// Names of files that are in use, in small letters: some file systems know no others.
    private var taken: Set<String>

    /// - Parameter known: the tasks of its files.
    init(_ path: String, _ known: [TaskFile]) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        self.known = known
        let present = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
        self.taken = Set(present.map { $0.lowercased() })
    }

    static func isThere(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    /// Writes tasks that the files don't have, and into the files what differs.
    ///
    /// - Parameters:
    ///   - checked: the tasks of the files that are on the server, with their defaults.
    ///   - output: how it is said how far it is; nil = not at all.
    /// - Returns: how many were written.
    mutating func write(
        _ tasks: [(key: FileKey, fields: JSONValue)],
        over checked: [TaskServer.Checked],
        _ output: OutputOptions? = nil
    ) throws -> Int {
        let present = Dictionary(checked.map { ($0.file.key, $0) }) { first, _ in first }
        try FileManager.default.createDirectory(atPath: self.path, withIntermediateDirectories: true)
        var written = 0
        var progress = output.map { ProgressLine(of: tasks.count, $0) }
        defer { progress?.clear() }
        for (index, task) in tasks.enumerated() {
            progress?.show(index)
            if let old = present[task.key] {
                guard old.definition != task.fields else { continue }
                let fields = Self.merged(old.file.fields, from: old.definition, to: task.fields)
                progress?.clear()
                if try Self.change(old.file, to: fields) { written += 1 }
            } else {
                let text = YAMLWriter.text(task.fields, order: TaskFile.order)
                try Self.save(text, to: "\(self.path)/\(self.freeName(for: task.key.name))")
                written += 1
            }
        }
        return written
    }

    /// A file's own words where they mean what the server has, and the server's where not.
    static func merged(_ file: JSONValue, from old: JSONValue, to new: JSONValue) -> JSONValue {
        guard case .object(var members) = file, case .object(let before) = old, case .object(let after) = new else {
            return new
        }
        for name in Set(before.keys).union(after.keys) where before[name] != after[name] {
            if let value = after[name], let given = members[name], let was = before[name] {
                members[name] = self.merged(given, from: was, to: value)
            } else {
                members[name] = after[name]
            }
        }
        return .object(members)
    }

    /// - Returns: false when it was left alone.
    private static func change(_ task: TaskFile, to fields: JSONValue) throws -> Bool {
        // As it is now: another task of the same file may have been changed before.
        guard let bytes = FileManager.default.contents(atPath: task.file).map(Array.init),
            let text = String(validating: bytes, as: UTF8.self)
        else { throw CommandFailure(.failed, "\(task.file) can't be read any more") }
        var reader = TaskFileReader([])
        let before = reader.tasks(in: bytes, file: task.file)
        guard let present = before.first(where: { $0.key == task.key }) else { return false }
        var wanted = before.map(\.fields)
        for index in wanted.indices where before[index].key == task.key { wanted[index] = fields }
        let changed = YAMLEdit.changed(text, present.node, to: fields, order: TaskFile.order)
        // Looked at again before it is saved: an edit must not change what it was not asked to.
        if let changed, reader.tasks(in: Array(changed.utf8), file: task.file).map(\.fields) == wanted {
            try self.save(changed, to: task.file)
            return true
        }
        guard before.count == 1 else {
            Terminal.complain(
                "\(task.place()): '\(task.name)' differs, but can't be changed among others; do it by hand"
            )
            return false
        }
        Terminal.complain("\(task.file): written anew, without its comments")
        try self.save(YAMLWriter.text(fields, order: TaskFile.order), to: task.file)
        return true
    }

    private static func save(_ text: String, to file: String) throws {
        do {
            try Data(text.utf8).write(to: URL(fileURLWithPath: file), options: .atomic)
        } catch {
            throw CommandFailure(.failed, "\(file) can't be written: \(error.localizedDescription)")
        }
    }

    /// A file's name is for people: the task's name in the file counts.
    private mutating func freeName(for task: String) -> String {
        let plain = String(
            task.unicodeScalars.prefix(60).map { scalar in
                scalar.properties.isAlphabetic || scalar.properties.numericType != nil
                    || "._-".unicodeScalars.contains(scalar) ? Character(scalar) : "-"
            }
        )
        // None is hidden, and none is an option for a program that is given the files of the folder.
        let base = plain.hasPrefix(".") || plain.hasPrefix("-") || plain.isEmpty ? "task" + plain : plain
        var name = "\(base).yaml"
        var number = 2
        while !self.taken.insert(name.lowercased()).inserted {
            name = "\(base)-\(number).yaml"
            number += 1
        }
        return name
    }
}
