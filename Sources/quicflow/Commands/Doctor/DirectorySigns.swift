// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import Foundation

#if canImport(Glibc)
import Glibc
#endif

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
        var information = stat()
        guard stat(path, &information) == 0, information.st_mode & S_IFMT == S_IFDIR else { return nil }
        var space = statvfs()
        let isKnown = statvfs(path, &space) == 0
        return DirectorySigns(
            path: path,
            owner: information.st_uid,
            mode: UInt32(information.st_mode) & 0o777,
            isOpen: access(path, R_OK | W_OK | X_OK) == 0,
            freeBytes: isKnown ? UInt64(space.f_bavail) * UInt64(space.f_frsize) : .max,
            freeFiles: isKnown && space.f_files > 0 ? UInt64(space.f_favail) : nil
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
