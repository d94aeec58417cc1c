// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

/// Whose a data directory is, who may look into it, and how much room there is.
struct DirectorySigns: Hashable, Sendable {
    let path: String
    /// The owner's number.
    var owner: UInt32
    /// The nine bits of rights.
    var mode: UInt32
    /// Whether whoever runs this may work in it.
    var isOpen: Bool
    var freeBytes: UInt64
    /// Files that may still be made; nil where the file system does not count them.
    var freeFiles: UInt64?

    /// - Returns: nil when there is no such directory.
    static func read(_ path: String) -> DirectorySigns? {
        let files = FileManager.default
        // Of a link, what is behind it.
        let real = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
        guard let facts = try? files.attributesOfItem(atPath: real),
            facts[.type] as? FileAttributeType == .typeDirectory,
            let owner = facts[.ownerAccountID] as? NSNumber, let mode = facts[.posixPermissions] as? NSNumber
        else { return nil }
        let space = try? files.attributesOfFileSystem(forPath: path)
        let free = space?[.systemFreeSize] as? NSNumber
        let nodes = space?[.systemNodes] as? NSNumber
        let freeNodes = space?[.systemFreeNodes] as? NSNumber
        return DirectorySigns(
            path: path,
            owner: owner.uint32Value,
            mode: mode.uint32Value & 0o777,
            isOpen: files.isReadableFile(atPath: path) && files.isWritableFile(atPath: path)
                && files.isExecutableFile(atPath: path),
            freeBytes: free?.uint64Value ?? .max,
            freeFiles: nodes?.uint64Value ?? 0 > 0 ? freeNodes?.uint64Value : nil
        )
    }

    private static let little: UInt64 = 1 << 30
    private static let tooLittle: UInt64 = 256 << 20

    /// - Parameter what: `agent` or `server`, whose directory it is.
    func findings(of what: String) -> [Finding] {
        guard self.isOpen else {
            return [
                .warn(
                    "\(what)-directory",
                    .init(
                        zh: "\(self.path) 属于用户 \(self.owner)，当前用户不能读写：没有继续检查",
                        en: "\(self.path) is user \(self.owner)'s, and closed to you: what is in it was not looked at"
                    ),
                    advice: .init(
                        zh: "以该用户或 root 身份运行 quicflow doctor",
                        en: "run quicflow doctor as that user, or as root"
                    )
                )
            ]
        }
        var findings: [Finding] = []
        if self.mode & 0o077 != 0 {
            findings.append(
                .fail(
                    "\(what)-directory",
                    .init(
                        zh: "\(self.path) 对其他用户开放（权限 \(String(self.mode, radix: 8))），其中有密钥",
                        en: "others may look into \(self.path) (mode \(String(self.mode, radix: 8))), where keys are"
                    ),
                    advice: .init(zh: "chmod 700 \(self.path)", en: "chmod 700 \(self.path)")
                )
            )
        } else {
            findings.append(
                .ok("\(what)-directory", .init(zh: "\(self.path)，权限正确", en: "\(self.path), closed to others"))
            )
        }
        findings.append(self.space(of: "\(what)-space"))
        return findings
    }

    private func space(of check: String) -> Finding {
        let free = Self.text(self.freeBytes)
        let advice = Finding.Words(
            zh: "腾出空间，或缩短保留时间（retention.days、--keep-days）",
            en: "make room, or keep less (retention.days, --keep-days)"
        )
        if let freeFiles, freeFiles < 1000 {
            return .fail(
                check,
                .init(
                    zh: "\(self.path) 所在磁盘只能再建 \(freeFiles) 个文件",
                    en: "the disk of \(self.path) takes \(freeFiles) more files only"
                ),
                advice: advice
            )
        }
        let text = Finding.Words(zh: "\(self.path) 所在磁盘剩余 \(free)", en: "\(free) are free on the disk of \(self.path)")
        switch self.freeBytes {
        case ..<Self.tooLittle: return .fail(check, text, advice: advice)
        case ..<Self.little: return .warn(check, text, advice: advice)
        default: return .ok(check, text)
        }
    }

    private static func text(_ bytes: UInt64) -> String {
        if bytes < self.little { return "\(bytes >> 20) MiB" }
        let tenths = bytes / (self.little / 10)
        return "\(tenths / 10).\(tenths % 10) GiB"
    }
}
