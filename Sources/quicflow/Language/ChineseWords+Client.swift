// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseWords {
    /// Of connections and options.
    static let client = #"""
        en {server} does not answer as a QuartzFlow server does
        zh {server} 的应答不是 QuartzFlow 服务器的应答
        en this takes two persons: request {id} waits for another one until {DisplayTime}; see 'quicflow approval show {id2}'
        zh 这需要两个人：申请 {id} 在 {DisplayTime} 前等待另一个人；见 'quicflow approval show {id2}'
        en the server answered {status}
        zh 服务器的应答是 {status}
        en {message}; sign in with 'quicflow login --server {server}'
        zh {message}；请用 'quicflow login --server {server}' 登录
        en {failure}; there are: {names}
        zh {failure}；可用的有：{names}
        en {server} takes no more requests for {seconds} s; waiting
        zh {server} 在 {seconds} 秒内不再接受请求；等待中
        en no answer from {server}: {words}. Is the server running there? (--server)
        zh {server} 没有应答：{words}。服务器在那里运行吗？（--server）
        en connection failed
        zh 连接失败
        en {url} can't be read; remove it and log in again
        zh {url} 读不了；请删除它，再重新登录
        en {url} can't be written: {localizedDescription}
        zh {url} 写不了：{localizedDescription}
        en --page is at least 1 and --page-size 1 to 100.
        zh --page 至少为 1，--page-size 为 1 到 100。
        en {last} of {total}; more with --page {page}
        zh 已显示 {last} 条，共 {total} 条；后面的请用 --page {page}
        en {url} can't be read; remove it and name the servers again
        zh {url} 读不了；请删除它，再重新命名服务器
        en there is no profile '{name}'; make it with 'quicflow profile set'
        zh 没有配置“{name}”；请用 'quicflow profile set' 创建
        en there is no profile '{name}'; there are: {known}
        zh 没有配置“{name}”；可用的有：{known}
        en profile '{name}' has no address such as http://127.0.0.1:8475: '{text}'
        zh 配置“{name}”的地址不像 http://127.0.0.1:8475：“{text}”
        en the id or name
        zh 编号或名称
        en the id
        zh 编号
        en the name
        zh 名称
        en no {kind} has {what} '{text}'
        zh 没有{what}为“{text}”的{kind}
        en '{text}' could be {found} {s}; nothing was done. Say which with id:ID or name:NAME
        zh “{text}”可能是 {found} 个{s}；什么都没有做。请用 id:ID 或 name:NAME 说明是哪一个
        en id:{id} is '{name}'
        zh id:{id} 是“{name}”
        en QUARTZFLOW_SERVER is no address such as http://127.0.0.1:8475: '{text}'
        zh QUARTZFLOW_SERVER 不像 http://127.0.0.1:8475 这样的地址：“{text}”
        en not signed in at {address}; use 'quicflow login --server {address2}'
        zh 未在 {address} 登录；请用 'quicflow login --server {address2}'
        en --watch is {watch}; write 1 to 3600 seconds.
        zh --watch 是 {watch}；请写 1 到 3600 秒。
        en '{text}' is no label: write NAME=VALUE.
        zh “{text}”不是标签：请写 NAME=VALUE。
        en '{text}' is no label: {fault}.
        zh “{text}”不是标签：{fault}。
        en The label '{parts}' is given twice.
        zh 标签“{parts}”写了两次。
        en At most {countLimit} labels.
        zh 最多 {countLimit} 个标签。
        en quicflow: the output can't be written: {reason}
        zh quicflow：输出写不出去：{reason}
        en quicflow: {message}
        zh quicflow：{message}
        """#
}
