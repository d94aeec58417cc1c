// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseKept {
    /// Why a message did not reach its receiver.
    static let messages = #"""
        en there is no e-mail channel: make one, then send this again
        zh 没有电子邮件渠道：请创建一个，然后重新发送
        en there is no channel '{name}': make one, then send this again
        zh 没有渠道“{name}”：请创建，然后重新发送
        en the channel is switched off
        zh 渠道已停用
        en the server has lost its master key, which opens the channel's secrets
        zh 服务器丢失了主密钥，无法打开渠道的密钥
        en sending this was interrupted; it may have arrived
        zh 发送被中断；消息可能已经送达
        en the database did not say what the channel's secrets are
        zh 数据库没有给出渠道的密钥
        en the channel's secret is no token of a bot
        zh 渠道的密钥不是机器人的令牌
        en notifications were switched off for longer than an hour
        zh 通知关闭超过一小时
        en there is no secret '{name}' that is for every group
        zh 没有供所有分组使用的密钥“{name}”
        en the secret '{name}' cannot be opened with the server's keys; set it again
        zh 用服务器的密钥无法打开密钥“{name}”；请重新设置
        en the secret '{name}' has control characters, which no channel can carry
        zh 密钥“{name}”含有控制字符，任何渠道都无法传送
        en the channel has no address
        zh 渠道没有地址
        en the channel's address is not valid
        zh 渠道的地址无效
        en e-mail is not sent by HTTP
        zh 电子邮件不通过 HTTP 发送
        en status {status}
        zh 状态码 {status}
        en status {status}: {answer}
        zh 状态码 {status}：{answer}
        en {answer} (redirects are not followed)
        zh {answer}（不跟随重定向）
        en no verdict in the answer: {answer}
        zh 应答中没有结论：{answer}
        en nobody is named who gets the mail: give the channel recipients
        zh 没有写邮件的收件人：请给渠道填写收件人
        en the channel's server or an address is not valid
        zh 渠道的服务器或某个地址无效
        en the mail server took longer than a minute
        zh 邮件服务器用时超过一分钟
        en the mail server hung up
        zh 邮件服务器挂断了
        en the connection to the mail server failed: {reason}
        zh 与邮件服务器的连接失败：{reason}
        en what answers is no mail server
        zh 应答的不是邮件服务器
        en the server spoke before TLS stood
        zh 服务器在 TLS 建立之前就发了数据
        en TLS could not begin: {reason}
        zh 无法开始 TLS：{reason}
        en the server does not take mail: {answer}
        zh 服务器不接收邮件：{answer}
        en the server did not take EHLO: {answer}
        zh 服务器没有接受 EHLO：{answer}
        en the server offers no STARTTLS
        zh 服务器不提供 STARTTLS
        en choose 'tls' or, on a trusted path, 'none'
        zh 请选择“tls”，在可信的网络上也可以选择“none”
        en the server did not begin TLS: {answer}
        zh 服务器没有开始 TLS：{answer}
        en the server did not take AUTH LOGIN: {answer}
        zh 服务器没有接受 AUTH LOGIN：{answer}
        en the server did not take the user's name: {answer}
        zh 服务器没有接受用户名：{answer}
        en the server did not take user and password: {answer}
        zh 服务器没有接受用户名和密码：{answer}
        en the server refused the sender: {answer}
        zh 服务器拒绝了发件人：{answer}
        en no recipient was taken: {answer}
        zh 没有收件人被接受：{answer}
        en the server did not take the mail: {answer}
        zh 服务器没有接受邮件：{answer}
        en the server did not keep the mail: {answer}
        zh 服务器没有保存邮件：{answer}
        en the server spoke out of turn
        zh 服务器没有按顺序应答
        en a password is not sent without TLS
        zh 没有 TLS 时不发送密码
        en the server offers neither AUTH PLAIN nor AUTH LOGIN
        zh 服务器既不提供 AUTH PLAIN 也不提供 AUTH LOGIN
        en the channel has no token of a bot
        zh 渠道没有机器人的令牌
        en the program '{path}' is not in notify.commands of the server's file
        zh 程序“{path}”不在服务器配置文件的 notify.commands 中
        en there is no room for a temporary file
        zh 没有空间写临时文件
        en the program took longer than {seconds} s
        zh 程序用时超过 {seconds} 秒
        en the program was killed by a signal
        zh 程序被信号终止
        en exit status {code}: {answer}
        zh 退出码 {code}：{answer}
        en '{host}' is refused: it has no address
        zh “{host}”被拒绝：它没有地址
        """#

    /// What persons ask for and do, as messages tell of it.
    static let requests: String =
        Self.asked.map { words, chinese in
            """
            en {who} asks for \(words) '{name}', until {time}
            zh {who} 请求\(chinese)“{name}”，有效至 {time}
            en {who} asks for \(words) '{name}', until {time}: {reason}
            zh {who} 请求\(chinese)“{name}”，有效至 {time}：{reason}
            """
        }
        .joined(separator: "\n") + """

            en {who} took all rights until {time}: {reason}
            zh {who} 取得了全部权限，有效至 {time}：{reason}
            """

    /// Each action with what it can be about.
    private static let asked = [
        ("'edit' of job", "修改任务"), ("'delete' of job", "删除任务"), ("'enable' of job", "启用任务"),
        ("'disable' of job", "停用任务"), ("'run' of job", "运行任务"), ("'backfill' of job", "补跑任务"),
        ("'stop' of execution", "强制停止执行"), ("'stop' of run", "强制停止运行"),
        ("'stop' of workflow_run", "强制停止工作流运行"), ("'grant' of user", "给用户授权："),
        ("'grant' of role", "修改角色的权限："), ("'settings' of settings", "修改设置"),
    ]
}
