// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowTesting
import Foundation
import Testing

@testable import FlowAPI
@testable import FlowNotify

@Suite("Sentences that are kept in English")
struct KeptTextsTests {
    private static let texts = KeptTexts(Catalogue(ChineseKept.all).entries)

    @Test("the catalogue has both texts, the same parts, and no English left")
    func catalogue() {
        #expect(CatalogueCheck.faults(Catalogue(ChineseKept.all).entries) == [])
        #expect(CatalogueCheck.faults(MessageSpeech.catalogue.entries) == [])
    }

    @Test(
        "what a host said is found again, one sentence in the other too (issue 6)",
        arguments: [
            ("exit status 3", "退出码 3"),
            (
                "stopped after its time limit: killed by signal 15 (SIGTERM); SIGTERM, no process left after 0.10 s",
                "到达超时限制后停止：被信号 15 (SIGTERM)终止；SIGTERM，0.10 s 后没有遗留进程"
            ),
            (
                "exit status 3; 2 processes left behind were ended (7, sleep; 8, cat)",
                "退出码 3；已结束遗留的 2 个进程（7, sleep；8, cat）"
            ),
            (
                "the time limit is over, but process 14393 (sleep, of root) cannot be signalled: operation not permitted; "
                    + "it still runs",
                "已超过时间限制，但无法向进程 14393（sleep，属于 root）发送信号：不允许该操作；它仍在运行"
            ),
            (
                "attempt 1 of 3 ended (exit status 1); the next is due at 2026-11-21T10:00:00.000Z",
                "第 1 次尝试（共 3 次）已结束（退出码 1）；下一次在 2026-11-21T10:00:00.000Z"
            ),
            (
                "no connection to 'api' port 80 (10.0.0.1): Connection refused",
                "无法连接“api”的 80 端口（10.0.0.1）：连接被拒绝"
            ),
            (
                "'127.0.0.1' is refused: 127.0.0.1: private addresses are not allowed on this host",
                "“127.0.0.1”被拒绝：127.0.0.1：这台主机不允许访问内网地址"
            ),
            ("cannot resolve 'hooks': Name or service not known", "无法解析“hooks”：没有这个名称"),
            ("/opt/x does not exist on this host", "主机上没有 /opt/x"),
            ("The task is disabled.", "任务已停用。"),
            ("the header Stripe-Signature is missing", "缺少请求头 Stripe-Signature"),
            ("3 of at most 3 runs of this job were waiting", "这个任务有 3 次运行在等待（最多 3 次）"),
            (
                "At least 100000 fires from 2026-11-21T10:00:00.000Z through 2026-11-22T10:00:00.000Z: the host was deleted.",
                "从 2026-11-21T10:00:00.000Z 到 2026-11-22T10:00:00.000Z 的至少 100000 次触发：主机已被删除。"
            ),
            (
                "ada took all rights until 2026-11-21T10:00:00.000Z: fire",
                "ada 取得了全部权限，有效至 2026-11-21T10:00:00.000Z：fire"
            ),
            (
                "ada asks for 'run' of job 'nightly', until 2026-11-21T10:00:00.000Z: it failed",
                "ada 请求运行任务“nightly”，有效至 2026-11-21T10:00:00.000Z：it failed"
            ),
            (
                "ada asks for 'stop' of workflow_run 'nightly', until 2026-11-21T10:00:00.000Z",
                "ada 请求强制停止工作流运行“nightly”，有效至 2026-11-21T10:00:00.000Z"
            ),
        ]
    )
    func sentences(english: String, chinese: String) {
        #expect(Self.texts.chinese(english) == chinese)
    }

    @Test(
        "how plugins, statements and built-in jobs end, and why messages do not arrive (issue 6)",
        arguments: [
            (
                "exit status 1; the plugin 'deploy': it ended without a result: exit status 3",
                "退出码 1；插件“deploy”：它没有给出结果就结束了：退出码 3"
            ),
            (
                "the plugin 'deploy': the plugin 'deploy' needs the parameter 'target'",
                "插件“deploy”：插件“deploy”需要参数“target”"
            ),
            (
                "the plugin 'x': its 'progress' has no \"percent\" from 0 to 100",
                "插件“x”：它的“progress”没有 0 到 100 的 \"percent\""
            ),
            (
                "/opt/plugins/x may be written by others; it has to be its owner's alone (chmod go-w)",
                "其他用户可以写 /opt/plugins/x；只能由其所有者写（chmod go-w）"
            ),
            (
                "statement 2: division by zero (SQLSTATE 22012); rolled back",
                "语句 2：division by zero（SQLSTATE 22012）；已回滚"
            ),
            ("statement 1: no such table: t (SQLite 1); rolled back", "语句 1：no such table: t（SQLite 1）；已回滚"),
            (
                "stopped; the statement was cancelled and the transaction rolled back",
                "已停止；语句已取消，事务已回滚"
            ),
            ("connect: 127.0.0.1:5432/x did not answer in time", "连接：127.0.0.1:5432/x 没有及时应答"),
            ("there is no database '/srv/x.db': No such file or directory", "没有数据库“/srv/x.db”：没有这个文件或目录"),
            ("/: 3.1 % free, 812 MiB; at least 10 % are wanted", "/：剩余 3.1%，812 MiB；至少需要 10%"),
            ("cannot enter '/srv/old': Permission denied", "无法进入“/srv/old”：没有权限"),
            ("4 files or directories could not be cleaned up", "有 4 个文件或目录无法清理"),
            (
                "no connection to 'db' port 5432: 10.0.0.1: Connection refused",
                "无法连接“db”的 5432 端口：10.0.0.1: Connection refused"
            ),
            ("status 404: no such hook", "状态码 404：no such hook"),
            (
                "the server offers no STARTTLS; choose 'tls' or, on a trusted path, 'none'",
                "服务器不提供 STARTTLS；请选择“tls”，在可信的网络上也可以选择“none”"
            ),
            ("the server did not take user and password: 535 no", "服务器没有接受用户名和密码：535 no"),
            ("there is no channel 'ops': make one, then send this again", "没有渠道“ops”：请创建，然后重新发送"),
        ]
    )
    func work(english: String, chinese: String) {
        #expect(Self.texts.chinese(english) == chinese)
    }

    @Test("why a task rests is said as the task itself says it")
    func holds() {
        let at = Timestamp(milliseconds: 1_795_255_200_000)
        let last = ExecutionID(uuid: UUID())
        let holds: [JobHold] = [
            .finished(since: at), .paused(until: at, since: at), .paused(until: at, reason: "moving house", since: at),
            .failures(1, last: nil, since: at), .failures(1, last: last, since: at), .failures(3, last: nil, since: at),
            .failures(3, last: last, since: at),
        ]
        for hold in holds {
            let chinese = Self.texts.chinese("The task rests: it is \(hold.text.en).")
            #expect(chinese == "任务不会自动运行：\(hold.text.zh)。")
        }
    }

    @Test("what nobody knows stays as it is, and so does a text without end")
    func unknown() {
        for text in ["disk on fire", "", "备份失败", "a; b", "exit status ", String(repeating: "x; ", count: 20_000)] {
            let chinese = Self.texts.chinese(text)
            #expect(chinese.replacing("；", with: "; ") == text)
        }
        #expect(TextPresenter.kept(nil) == .null)
    }
}
