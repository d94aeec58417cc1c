// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowTesting
import Testing

@testable import FlowAPI

@Suite("Sentences that are kept in English")
struct KeptTextsTests {
    private static let texts = KeptTexts(Catalogue(ChineseKept.all).entries)

    @Test("the catalogue has both texts, the same parts, and no English left")
    func catalogue() {
        #expect(CatalogueCheck.faults(Catalogue(ChineseKept.all).entries) == [])
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
            ("/opt/x does not exist on this host", "主机上没有 /opt/x"),
            ("The task is disabled.", "任务已停用。"),
            ("the header Stripe-Signature is missing", "缺少请求头 Stripe-Signature"),
        ]
    )
    func sentences(english: String, chinese: String) {
        #expect(Self.texts.chinese(english) == chinese)
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
