// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Foundation

/// What the signs of a server mean.
enum ServerExam {
    /// Beyond it people wonder about times; jobs go by the server's clock (R7).
    static let clockWarning: Int64 = 2_000
    /// Beyond it sign-on, certificates and tokens fail.
    static let clockFailure: Int64 = 60_000

    /// - Parameter version: of this command.
    static func findings(_ signs: ServerSigns, version: String) -> [Finding] {
        let reached = self.reach(signs)
        guard case .answered = signs.reach else { return [reached] }
        var findings = [reached]
        findings += self.encryption(signs.address)
        findings += self.version(signs.version, own: version)
        if let reason = signs.notReady {
            findings.append(
                .fail(
                    "store",
                    .init(zh: "服务器无法写入数据：\(reason)", en: "the server can't store: \(reason)"),
                    advice: .init(
                        zh: "在服务器上检查磁盘空间、数据目录的权限和数据库",
                        en: "on the server look at the disk, the rights of the data directory, and the database"
                    )
                )
            )
        }
        findings += self.clock(signs.clock)
        findings.append(self.session(signs))
        findings += self.database(signs.cluster)
        findings += self.work(signs.overview)
        return findings
    }

    private static func reach(_ signs: ServerSigns) -> Finding {
        let address = signs.address.description
        switch signs.reach {
        case .answered(let milliseconds):
            return .ok(
                "server",
                .init(zh: "\(address) 应答正常（\(milliseconds) 毫秒）", en: "\(address) answers, in \(milliseconds) ms")
            )
        case .silent(let reason):
            return .fail(
                "server",
                .init(zh: "\(address) 没有应答：\(reason)", en: reason),
                advice: .init(
                    zh: "服务器在运行吗（systemctl status quicflow-server）？地址对吗（--server、QUARTZFLOW_SERVER）？防火墙是否放行这个 TCP 端口？",
                    en: "Is it running (systemctl status quicflow-server)? Is the address right (--server, "
                        + "QUARTZFLOW_SERVER)? Does a firewall let this TCP port through?"
                )
            )
        case .starting(let reason):
            return .warn(
                "server",
                .init(zh: "\(address) 暂时不能应答：\(reason)", en: "\(address) can't answer at the moment: \(reason)"),
                advice: .init(zh: "稍候再试；如果一直如此，请看服务器的日志", en: "Try again; if it stays, read the server's log")
            )
        case .foreign:
            return .fail(
                "server",
                .init(
                    zh: "\(address) 上应答的不是 QuartzFlow 服务器",
                    en: "what answers at \(address) is no QuartzFlow server"
                ),
                advice: .init(
                    zh: "端口被别的程序占用，或代理指向了别处；用 --server 给出正确的地址",
                    en: "Another program has the port, or a proxy leads elsewhere; give the right address with --server"
                )
            )
        }
    }

    private static func encryption(_ address: ServerAddress) -> [Finding] {
        let text = address.description
        guard text.hasPrefix("http://"), let host = URLComponents(string: text)?.host, !self.isLoopback(host) else {
            return []
        }
        return [
            .warn(
                "encryption",
                .init(zh: "密码和令牌在网络上明文传输", en: "passwords and tokens cross the network in the clear"),
                advice: .init(
                    zh: "给服务器配置 http.tls，或在前面放一个提供 HTTPS 的代理",
                    en: "give the server http.tls, or put a proxy with HTTPS in front of it"
                )
            )
        ]
    }

    static func isLoopback(_ host: String) -> Bool {
        host == "localhost" || host == "::1" || host == "[::1]" || host.hasPrefix("127.")
    }

    private static func version(_ theirs: String?, own: String) -> [Finding] {
        guard let theirs else { return [] }
        if theirs == own {
            return [.ok("version", .init(zh: "服务器与本命令都是 \(own)", en: "server and this command are both \(own)"))]
        }
        return [
            .warn(
                "version",
                .init(
                    zh: "服务器是 \(theirs)，本命令是 \(own)",
                    en: "the server is \(theirs), this command is \(own)"
                ),
                advice: .init(
                    zh: "请升级较旧的一方；升级顺序与影响见更新日志",
                    en: "upgrade the older one; the changelog says what that means"
                )
            )
        ]
    }

    private static func clock(_ clock: ServerSigns.ClockDifference?) -> [Finding] {
        guard let clock else { return [] }
        let size = clock.offset.magnitude
        let sure = size > clock.doubt.magnitude ? size - clock.doubt.magnitude : 0
        let amount = DisplayTime.duration(milliseconds: Int64(clamping: size))
        guard sure > UInt64(self.clockWarning) else {
            return [
                .ok("clock", .init(zh: "与服务器的时钟相差 \(amount)", en: "differs from the server's by \(amount)"))
            ]
        }
        let text =
            clock.offset > 0
            ? Finding.Words(zh: "本机时钟比服务器慢 \(amount)", en: "this machine is \(amount) behind the server")
            : Finding.Words(zh: "本机时钟比服务器快 \(amount)", en: "this machine is \(amount) ahead of the server")
        let advice = Finding.Words(
            zh: "在时钟错的那一边打开时间同步：timedatectl set-ntp true",
            en: "have the wrong one synchronised: timedatectl set-ntp true"
        )
        return [
            sure > UInt64(self.clockFailure)
                ? .fail("clock", text, advice: advice) : .warn("clock", text, advice: advice)
        ]
    }

    private static func session(_ signs: ServerSigns) -> Finding {
        let login = "quicflow login --server \(signs.address)"
        switch signs.session {
        case .none:
            return .ok(
                "session",
                .init(
                    zh: "未登录：没有检查数据库、调度器和主机",
                    en: "not signed in: database, scheduler and hosts were not looked at"
                ),
                advice: .init(zh: "想看这些，先运行 \(login)", en: "to see those as well: \(login)")
            )
        case .refused:
            return .fail(
                "session",
                .init(zh: "登录已失效", en: "the session or token is no longer good"),
                advice: .init(zh: "运行 \(login)，或更换 QUARTZFLOW_TOKEN", en: "\(login), or another QUARTZFLOW_TOKEN")
            )
        case .open(let username, true):
            return .warn(
                "session",
                .init(
                    zh: "已登录为 \(username)，但必须先修改密码",
                    en: "signed in as \(username), whose password has to be changed"
                ),
                advice: .init(zh: "运行 quicflow passwd", en: "quicflow passwd")
            )
        case .open(let username, false):
            return .ok("session", .init(zh: "已登录为 \(username)", en: "signed in as \(username)"))
        }
    }

    private static func database(_ cluster: JSONValue?) -> [Finding] {
        guard let cluster, let mode = cluster["mode"].string else { return [] }
        guard mode == "cluster" else {
            return [.ok("database", .init(zh: "SQLite，单台服务器", en: "SQLite, one server"))]
        }
        let count = cluster["items"].array.count
        let shards = cluster["shards_free"].integer ?? 0
        if shards > 0 {
            return [
                .warn(
                    "database",
                    .init(
                        zh: "PostgreSQL，\(count) 台服务器；256 个分片中有 \(shards) 个暂时无人负责",
                        en: "PostgreSQL, \(count) servers; \(shards) of 256 shards are nobody's at the moment"
                    ),
                    advice: .init(
                        zh: "一台服务器停止后这会持续十几秒；如果一直如此，看 quicflow cluster status",
                        en: "after the end of a server that lasts some seconds; if it stays: quicflow cluster status"
                    )
                )
            ]
        }
        // A server behind a pooler such as PgBouncer does not start (decision 99).
        return [
            .ok(
                "database",
                .init(
                    zh: "PostgreSQL（直连，未经连接池），\(count) 台服务器",
                    en: "PostgreSQL, reached directly and not through a pooler; \(count) servers"
                )
            )
        ] + self.role(cluster["may_change_schema"].bool)
    }

    /// What the server's role may do in the database; a server of before does not say.
    private static func role(_ mayChangeSchema: Bool?) -> [Finding] {
        switch mayChangeSchema {
        case nil: []
        case false?:
            [
                .ok(
                    "role",
                    .init(
                        zh: "服务器的数据库角色只能读写行，不能修改或删除表",
                        en: "the server's role has rows only: it can't change or drop tables"
                    )
                )
            ]
        case true?:
            [
                .ok(
                    "role",
                    .init(
                        zh: "服务器的数据库角色是表的所有者：密码泄露即可删除全部数据",
                        en: "the server's role owns the tables: whoever has its password can drop them"
                    ),
                    advice: .init(
                        zh: "可改用只有行权限的角色：quicflow-server database grants ROLE（docs/operations.md）",
                        en: "a role with rows only is enough: quicflow-server database grants ROLE (docs/operations.md)"
                    )
                )
            ]
        }
    }

    private static func work(_ overview: JSONValue?) -> [Finding] {
        guard let overview else { return [] }
        var findings: [Finding] = []
        if !overview["scheduler_stopped_since"].isNull {
            let since = DisplayTime.text(overview["scheduler_stopped_since"])
            findings.append(
                .warn(
                    "scheduler",
                    .init(zh: "调度器自 \(since) 起停止，定时任务不会触发", en: "stopped since \(since): nothing fires by schedule"),
                    advice: .init(
                        zh: "quicflow scheduler status 说明是谁、为什么；quicflow scheduler start 重新启动",
                        en: "quicflow scheduler status says who did it and why; quicflow scheduler start ends it"
                    )
                )
            )
        } else {
            findings.append(.ok("scheduler", .init(zh: "调度器在运行", en: "schedules fire")))
        }
        let online = overview["hosts_online"].integer ?? 0
        let total = overview["hosts_total"].integer ?? 0
        if total == 0 {
            findings.append(
                .warn(
                    "hosts",
                    .init(zh: "还没有主机加入", en: "no host has joined yet"),
                    advice: .init(
                        zh: "在服务器上运行 quicflow-server token create，再在主机上运行 quicflow agent run",
                        en: "quicflow-server token create on the server, then quicflow agent run on a host"
                    )
                )
            )
        } else if online < total {
            findings.append(
                .warn(
                    "hosts",
                    .init(zh: "\(total) 台主机中 \(online) 台在线", en: "\(online) of \(total) hosts are connected"),
                    advice: .init(zh: "quicflow client list --offline", en: "quicflow client list --offline")
                )
            )
        } else {
            findings.append(.ok("hosts", .init(zh: "\(total) 台主机全部在线", en: "all \(total) hosts are connected")))
        }
        return findings
    }
}
