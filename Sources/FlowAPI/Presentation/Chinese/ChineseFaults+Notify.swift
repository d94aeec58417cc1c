// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseFaults {
    /// Of notifications.
    static let notify = #"""
        en a template has at most {limit} bytes
        zh 模板最多 {limit} 字节
        en sections are nested more than {depthLimit} deep
        zh 区段嵌套超过 {depthLimit} 层
        en '{{' has no '}}'
        zh “{{”没有对应的“}}”
        en '{{#{end}}}' has no '{{/{end2}}}'
        zh “{{#{end}}}”没有对应的“{{/{end2}}}”
        en '{{/{name}}}' ends nothing that is open
        zh “{{/{name}}}”没有对应的开头
        en '{{{name}}}' is no variable; write {forms} with one of: {names}
        zh 没有变量“{{{name}}}”；请写 {forms}，名称是 {names} 之一
        en The test is not valid
        zh 测试无效
        en The channel is not valid
        zh 渠道无效
        en at most 100 groups
        zh 最多 100 个分组
        en at most 1000 tasks
        zh 最多 1000 个任务
        en at most 1000 workflows
        zh 最多 1000 个工作流
        en The rule is not valid
        zh 规则无效
        en The templates are not valid
        zh 模板无效
        en at most 20 rules
        zh 最多 20 条规则
        en another rule of this task has this name
        zh 这个任务的另一条规则用了这个名称
        en '{trigger}' is about the installation: write it into a rule of its own (/notify/rules)
        zh “{trigger}”与整个系统有关：请单独写成一条规则（/notify/rules）
        en '{trigger}' is about workflows: write it into a rule of its own (/notify/rules)
        zh “{trigger}”与工作流有关，请写进独立的规则（/notify/rules）
        en '{trigger}' is about hosts: write it into a rule of its own (/notify/rules)
        zh “{trigger}”与主机有关：请单独写成一条规则（/notify/rules）
        en name at least one trigger
        zh 至少写一种触发情况
        en each trigger once
        zh 每种情况只写一次
        en {threshold} is outside 1 to 1000 events in a row
        zh {threshold} 不在连续 1 到 1000 次之间
        en a rule has 1 to 20 channels
        zh 一条规则有 1 到 20 个渠道
        en at most {limit} steps
        zh 最多 {limit} 步
        en a step comes 60 seconds to 7 days after the first message, and later than the one before
        zh 每一步在首条消息之后 60 秒到 7 天，并且晚于上一步
        en a step has 1 to 20 channels
        zh 每一步有 1 到 20 个渠道
        en the trigger '{trigger}' needs this
        zh 触发情况“{trigger}”需要这一项
        en only the trigger '{trigger}' goes by this, which the rule does not have
        zh 只有触发情况“{trigger}”用到这一项，而规则里没有它
        en 60 seconds to 30 days
        zh 60 秒到 30 天
        en 1.1 to 100 times what the task usually takes
        zh 任务平常用时的 1.1 到 100 倍
        en 1 to 365 days
        zh 1 到 365 天
        en 1 to 99 percent
        zh 百分之 1 到 99
        en 1 MiB to 1 PiB, in bytes
        zh 1 MiB 到 1 PiB，以字节为单位
        en write a number such as 1.5
        zh 请写一个数，例如 1.5
        en reminders come every 60 seconds to 30 days
        zh 提醒间隔为 60 秒到 30 天
        en there is no channel '{channel}'
        zh 没有渠道“{channel}”
        en name who gets the mail
        zh 请写出收件人
        en at most 50 recipients
        zh 最多 50 个收件人
        en this is no plain e-mail address such as ops@example.com
        zh 这不是普通的电子邮件地址，如 ops@example.com
        en this is not a time zone of this server; write one such as Asia/Shanghai, UTC or +08:00
        zh 服务器没有这个时区；请写 Asia/Shanghai、UTC 或 +08:00 这样的时区
        en 1 to 20 windows
        zh 1 到 20 个时段
        en a window ends at another time than it begins
        zh 时段的开始和结束不能相同
        en days are 0 (Sunday) to 6
        zh 星期为 0（星期日）到 6
        en a name has 1 to {limit} characters, no control characters, and no blank at its ends
        zh 名称为 1 到 {limit} 个字符，不能有控制字符，首尾不能有空格
        en 1 to 6000 messages a minute
        zh 每分钟 1 到 6000 条消息
        en name the SMTP server, such as smtp.example.com
        zh 请写 SMTP 服务器，如 smtp.example.com
        en 1 to 65535
        zh 1 到 65535
        en the sender is a plain e-mail address such as quartzflow@example.com
        zh 发件人是普通的电子邮件地址，如 quartzflow@example.com
        en a password is not sent without TLS: choose 'tls' or 'starttls', or leave the user out
        zh 没有 TLS 就不能发送密码：请选“tls”或“starttls”，或不写用户
        en user and password have at most 256 bytes and no control characters
        zh 用户名和密码最多 256 字节，不能有控制字符
        en write a whole address such as https://example.com/hook, without user and password
        zh 请写完整地址，如 https://example.com/hook，不带用户名和密码
        en a webhook is called by POST, PUT, PATCH, DELETE, GET, HEAD or OPTIONS
        zh Webhook 用 POST、PUT、PATCH、DELETE、GET、HEAD 或 OPTIONS 调用
        en at most 20 headers
        zh 最多 20 个请求头
        en this is no header that may be set
        zh 这不是可以设置的请求头
        en a header's value has at most 4096 bytes and no control characters
        zh 请求头的值最多 4096 字节，不能有控制字符
        en a secret has at most 512 bytes
        zh 密钥最多 512 字节
        en this is no UUID
        zh 这不是 UUID
        en addresses of a {kind} are kept in a channel: name it, such as {"channel": "ops"}
        zh {kind} 的地址保存在渠道中：请写渠道名，如 {"channel": "ops"}
        en name a channel, or write type 'email' with recipients
        zh 请写渠道名，或写类型“email”和收件人
        en write 'each', 'never', or the seconds between reminders, 60 or more
        zh 请写“each”、“never”，或两次提醒之间的秒数，至少 60
        en write a time of the day such as 22:30
        zh 请写 22:30 这样的时刻
        en not an internet address
        zh 不是互联网地址
        en link-local and metadata addresses are never reachable
        zh 链路本地和元数据地址永远不能访问
        en not an address of a host
        zh 不是主机的地址
        en private addresses are not allowed on this host
        zh 这台主机不允许访问私有地址
        en write the token that BotFather gave for the bot, such as 110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw
        zh 请填写 BotFather 给机器人的令牌，如 110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw
        en name the chat by its number, such as -1001234567890, or a public one by @name
        zh 请填写会话的编号，如 -1001234567890，公开的会话可以写 @名称
        en write the integration key of the service, {length} letters and digits
        zh 请填写服务的集成密钥，{length} 个字母和数字
        en this server starts no programs: its operator lists those that may be in notify.commands of its file
        zh 这台服务器不启动程序：可以启动的由运维人员列在配置文件的 notify.commands 中
        en this program may not be started here; possible are: {paths}
        zh 这里不能启动这个程序；可用的有：{paths}
        en the secret '{name}' is not for every group, and a channel serves all of them
        zh 密钥“{name}”不是供所有分组使用的，而渠道服务于所有分组
        en The secret '{name}' is named by channels of notifications: {channels}{more}. They could not send without it. Change them first, or force it.
        zh 密钥“{name}”被这些通知渠道引用：{channels}{more}。没有它就无法发送。请先修改这些渠道，或强制执行。
        """#
}
