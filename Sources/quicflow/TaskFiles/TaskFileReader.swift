// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// The tasks and workflows of files and folders, and everything that is wrong with the files themselves.
struct TaskFileReader {
    private(set) var tasks: [TaskFile] = []
    /// One line each, with file, line and column.
    private(set) var faults: [Wording] = []

    /// More is something else than task files.
    private static let fileLimit = 10_000
    private static let sizeLimit = 4 << 20
    private static let totalLimit = 64 << 20

    /// - Parameter paths: files, folders (all `*.yaml` and `*.yml` in them and in folders within, hidden ones left out), or
    ///   `-` for standard input.
    init(_ paths: [String]) {
        var seen: [FileKey: TaskFile] = [:]
        var left = Self.totalLimit
        for file in self.files(paths) {
            guard let bytes = self.bytes(of: file) else { continue }
            left -= bytes.count
            guard left >= 0 else {
                self.faults.append("\(file): all files together have more than \(Self.totalLimit >> 20) MiB")
                return
            }
            for task in self.tasks(in: bytes, file: file) {
                if let other = seen[task.key] {
                    self.faults.append(task.fault("name", "the same name stands at \(other.place(of: "name"))"))
                } else {
                    seen[task.key] = task
                    self.tasks.append(task)
                }
            }
        }
    }

    /// - Throws: ``CommandFailure`` with all faults.
    func checked() throws -> [TaskFile] {
        guard self.faults.isEmpty else {
            throw CommandFailure(.usage, "the files have faults; nothing was changed", details: self.faults)
        }
        return self.tasks
    }

    /// What a text says: each document is a task or a workflow, or a list of some.
    mutating func tasks(in bytes: [UInt8], file: String) -> [TaskFile] {
        let yaml = YAMLReader(bytes)
        self.faults += yaml.faults.map { "\(TaskFile.place(file, $0.mark)): \($0.text)" }
        var found: [TaskFile] = []
        for document in yaml.documents {
            let nodes: [YAMLNode] = if case .sequence(let elements) = document.kind { elements } else { [document] }
            for node in nodes where !node.value.isNull {
                if let task = TaskFile(node, file: file) {
                    found.append(task)
                } else {
                    self.faults.append(
                        "\(TaskFile.place(file, node.start)): a task or workflow is a mapping with a 'name'"
                    )
                }
            }
        }
        return found
    }

    // MARK: Files

    private mutating func files(_ paths: [String]) -> [String] {
        var files: [String] = []
        for path in paths {
            var isDirectory: ObjCBool = false
            guard path == "-" || FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory) else {
                self.faults.append("\(path): there is no such file")
                continue
            }
            guard isDirectory.boolValue else {
                files.append(path)
                continue
            }
            var names: [String] = []
            for case let name as String in FileManager.default.enumerator(atPath: path) ?? .init() {
                // .git, .github and what editors leave.
                if name.split(separator: "/").contains(where: { $0.hasPrefix(".") }) { continue }
                guard name.hasSuffix(".yaml") || name.hasSuffix(".yml") else { continue }
                names.append(name)
                guard names.count <= Self.fileLimit else {
                    self.faults.append("\(path): there are more than \(Self.fileLimit) files")
                    return []
                }
            }
            let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
            files += names.sorted().map { "\(folder)/\($0)" }.filter(Self.isFile)
        }
        return files
    }

    /// Not a folder, and nothing that would be waited for.
    private static func isFile(_ path: String) -> Bool {
        let path = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        return attributes?[.type] as? FileAttributeType == .typeRegular
    }

    private mutating func bytes(of file: String) -> [UInt8]? {
        do {
            let handle =
                file == "-" ? FileHandle.standardInput : try FileHandle(forReadingFrom: URL(fileURLWithPath: file))
            var bytes: [UInt8] = []
            while bytes.count <= Self.sizeLimit, let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
                bytes += piece
            }
            guard bytes.count <= Self.sizeLimit else {
                self.faults.append("\(file): this is larger than \(Self.sizeLimit >> 20) MiB")
                return nil
            }
            return bytes
        } catch {
            self.faults.append("\(file): this can't be read")
            return nil
        }
    }
}
