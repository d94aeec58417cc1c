// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseWords {
    /// Of runs, versions, the audit, one-time codes and signing in by a browser.
    static let routes = #"""
        en {server} knows no provider to sign in at
        zh {server} 没有可以登录的身份提供方
        en {server} knows no provider '{provider}'; there are: {names}
        zh {server} 没有身份提供方“{provider}”；有：{names}
        en The page with the code shows {mark} as well; where it does not, it is of another sign-in.
        zh 显示代码的页面上也有 {mark}；如果没有，那是另一次登录的页面。
        en Open this address in a browser, sign in, and bring the code back that it shows then:
        zh 请在浏览器中打开此地址并登录，然后把显示的代码带回这里：
        en there is no '{path} {word}'; there are: {names}
        zh 没有“{path} {word}”；有：{names}
        en no code; type it, or send it as a line on standard input
        zh 没有代码；请输入，或通过标准输入发送一行
        en Code
        zh 代码
        en '{text}' is no path; write one such as /tasks?page_size=5
        zh “{text}”不是路径；请写例如 /tasks?page_size=5
        en {who} (all rights)
        zh {who}（全部权限）
        en Deleted host '{client}'.
        zh 已删除主机“{client}”。
        en With --provider there is no password and no code of a second factor here.
        zh 使用 --provider 时，这里不需要密码和动态口令。
        en Changed channel '{name}'.
        zh 已修改渠道“{name}”。
        en Changed rule '{name}'.
        zh 已修改规则“{name}”。
        en '{id}' is no run id; 'quicflow run list' shows them.
        zh “{id}”不是运行的编号；用 'quicflow run list' 查看。
        en Asked {count} executions to stop.
        zh 已要求 {count} 个执行停止。
        en {count} were not yours to stop
        zh {count} 个执行你无权停止
        en Give --show or --restore, not both.
        zh --show 和 --restore 只能写一个。
        en '{name}' says again what version {old} said, as version {new}.
        zh “{name}”已恢复为版本 {old} 的内容，成为版本 {new}。
        en Say one of --later and --earlier.
        zh --later 和 --earlier 请写一个。
        en '{name}' runs next at {time}.
        zh “{name}”下次在 {time} 运行。
        en they change at {time}
        zh 于 {time} 调整
        en {name} (offline)
        zh {name}（离线）
        en On: {hosts}
        zh 主机：{hosts}
        en There are more than are listed.
        zh 还有更多未列出。
        en {name} at {time}: left out or moved by the calendar '{calendar}'
        zh {name}，{time}：被日历“{calendar}”跳过或移动
        en the browser signed in as {other}, and not as {user}; nothing was taken
        zh 浏览器登录的是 {other}，不是 {user}；没有取得任何权限
        en Each of these takes the place of a code, once. They are shown this once; keep them safe:
        zh 下面每一个可代替动态口令使用一次。只显示这一次，请妥善保存：
        en Off, and needed: turn it on.
        zh 未开启，但必须开启。
        en Off.
        zh 未开启。
        en On; recovery codes left: {count}.
        zh 已开启；剩余恢复码：{count} 个。
        en Secret for the application: {secret}
        zh 用于应用的密钥：{secret}
        en Its first code
        zh 应用显示的第一个动态口令
        en Then: quicflow totp confirm
        zh 然后运行：quicflow totp confirm
        en One-time codes are off.
        zh 动态口令已关闭。
        en '{user}' signs in with the password alone.
        zh “{user}”现在只用密码登录。
        en Nothing found in {count} tasks.
        zh 在 {count} 个任务中没有发现。
        en WHO
        zh 操作人
        en DID
        zh 操作
        en DETAILS
        zh 详情
        en EXECUTIONS
        zh 执行
        en FIELDS
        zh 字段
        en TIMED OUT
        zh 超时
        en RATE
        zh 成功率
        en All
        zh 全部
        en Most failures
        zh 失败最多
        en Slowest
        zh 最慢
        en Busiest
        zh 最多
        en By group
        zh 按分组
        en ok
        zh 成功
        en denied
        zh 被拒绝
        en run type: schedule
        zh 定时
        en run type: manual
        zh 手动
        en run type: retry
        zh 重试
        en run type: dependency
        zh 依赖
        en run type: workflow
        zh 工作流
        en run type: webhook
        zh 网络钩子
        en run type: backfill
        zh 补跑
        en run type: test
        zh 试运行
        en run type: maintenance
        zh 维护
        """#
}
