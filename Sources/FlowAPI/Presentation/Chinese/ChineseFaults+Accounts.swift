// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseFaults {
    /// Of accounts, rights, secrets and requests for approval.
    static let accounts = #"""
        en This installation takes no password of this account (setting signin.local). Sign in at the provider.
        zh 此系统不接受这个账号用密码登录（设置 signin.local）。请通过身份提供方登录。
        en sign in at the provider first, as an administrator of everything: whoever turns passwords off has to be able to get in without one
        zh 请先以全局管理员的身份通过身份提供方登录：关闭密码登录的人必须能够不用密码登录
        en This is not a join token: one begins with '{prefix}.'. {advice}
        zh 这不是加入令牌：加入令牌以“{prefix}.”开头。{advice}
        en This join token is incomplete; copy it whole. {advice}
        zh 这个加入令牌不完整；请完整复制。{advice}
        en The join token can't be made
        zh 无法创建加入令牌
        en a join token is good for {lowerBound} to {upperBound} seconds
        zh 加入令牌的有效期为 {lowerBound} 到 {upperBound} 秒
        en No authority of this server signs hosts.
        zh 此服务器没有为主机签发证书的机构。
        en Create a new one with: quicflow-server token create
        zh 请这样新建一个：quicflow-server token create
        en Whoever decides needs an account that is active.
        zh 审批的人需要有效的账号。
        en No token decides on a request. Sign in for it.
        zh 令牌不能审批。请登录后审批。
        en You asked for this yourself: another person has to decide. You can withdraw it.
        zh 这是你自己申请的：要由另一个人审批。你可以撤回它。
        en One of you made the other's account, set its password or enabled it within the last seven days, so the two count as one person. Ask somebody else.
        zh 七天之内，你们中的一个创建过另一个的账号、设置过其密码或启用过它，所以两人算作一个人。请找别人。
        en You lack 'approvals:decide' on the groups this is about.
        zh 在相关的分组上，你没有“approvals:decide”权限。
        en You may not do this yourself, so you can't approve it: you lack '{permission}' there.
        zh 你自己不能做这件事，所以不能批准：你在那里没有“{permission}”权限。
        en '{requesterName}', who asked for it, may not do it any more.
        zh 提出申请的“{requesterName}”已经不能做这件事了。
        en '{name}' was changed since: version {version} was meant, {version2} is stored.
        zh “{name}”之后被修改过：申请针对版本 {version}，现在是版本 {version2}。
        en '{name}' is started by its own schedule or by two persons only.
        zh “{name}”只能由自己的调度或两个人启动。
        en Whoever saved this task last is gone; somebody has to save it again.
        zh 最后保存这个任务的人已不在；要由别人重新保存。
        en '{username}', who saved this task last, is disabled; somebody else has to save it again.
        zh 最后保存这个任务的“{username}”已停用；要由别人重新保存。
        en '{username}', who saved this task last, may no longer run it on all its groups; somebody else has to save it again.
        zh 最后保存这个任务的“{username}”已无权在它的所有分组上运行它；要由别人重新保存。
        en Whoever saved the workflow '{workflow}' last is gone or disabled; somebody else has to save it again.
        zh 最后保存工作流“{workflow}”的人已不在或已停用；要由别人重新保存。
        en '{username}', who saved the workflow '{workflow}' last, may not run '{name}' on all its groups; somebody else has to save it again.
        zh 最后保存工作流“{workflow}”的“{username}”无权在“{name}”的所有分组上运行它；要由别人重新保存。
        en User '{username}'
        zh 用户“{username}”
        en This token of user '{username}'
        zh 用户“{username}”的这个令牌
        en {who} lacks the permission '{permission}'. Ask an administrator.
        zh {who}没有“{permission}”权限。请联系管理员。
        en group {group}
        zh 分组 {group}
        en User '{username}' lacks the permission '{permission}' on some of the groups this concerns{names}. Ask an administrator.
        zh 用户“{username}”在相关的某些分组{names}上没有“{permission}”权限。请联系管理员。
        en the secret '{name}' was not given to this host
        zh 没有把密钥“{name}”给这台主机
        en There is no request {id}. It may be older than the history that is kept.
        zh 没有申请 {id}，可能已超出保留的历史。
        en This request is over: it is {state}. Look at it again.
        zh 这个申请已经结束：状态是 {state}。请再看一下。
        en Nobody answered this request before {expiresAt}, so it has expired. It has to be asked for again.
        zh 在 {expiresAt} 之前没有人回答这个申请，它已过期。需要重新申请。
        en What you approve is not what was asked for: the digests differ. Look at the request again.
        zh 你批准的不是所申请的内容：摘要不同。请再看一下申请。
        en Too many requests wait for another person. Withdraw some, or have them answered.
        zh 等待另一个人的申请太多。请撤回一些，或请人审批。
        en '{name}' takes two persons to {action}, and this way has no place for the second one.
        zh {action}“{name}”需要两个人，而这种方式没有第二个人的位置。
        en Only '{requesterName}', who asked for it, withdraws it. You may reject it.
        zh 只有提出申请的“{requesterName}”可以撤回。你可以拒绝它。
        en A request for approval has at most {payloadLimit} bytes.
        zh 一个审批申请最多 {payloadLimit} 字节。
        en Another version of QuartzFlow stored this request. It has to be asked for again.
        zh 这个申请由另一个版本的 QuartzFlow 保存，需要重新申请。
        en The role '{role}' allows something else by now.
        zh 角色“{role}”的权限已经变了。
        en This server cannot do what was asked for.
        zh 这台服务器做不了所申请的事。
        en There was nothing left to do.
        zh 已经没有要做的事了。
        en A comment has at most {textLimit} bytes.
        zh 备注最多 {textLimit} 字节。
        en a user name starts with a letter or digit and goes on with letters, digits, '.', '_' or '-', at most 64
        zh 用户名以字母或数字开头，后面是字母、数字、“.”、“_”或“-”，最多 64 个字符
        en The user cannot be saved
        zh 用户不能保存
        en a password has at most {passwordLimit} bytes
        zh 密码最多 {passwordLimit} 字节
        en a password has at least {minimum} characters
        zh 密码至少 {minimum} 个字符
        en a password has at least 5 different characters
        zh 密码至少要有 5 个不同的字符
        en a password does not contain the user's name
        zh 密码不能包含用户名
        en this password is among the first that are tried: common words, sequences or rows of keys
        zh 这个密码最先会被人猜到：常用词、连续的数字或键盘上的一排键
        en The new password is the old one. Choose another.
        zh 新密码与旧密码相同。请换一个。
        en The password is wrong.
        zh 密码错误。
        en This sign-in took too long, or too many codes were wrong. Begin again with the password.
        zh 这次登录用时太长，或输错动态口令的次数太多。请从密码开始重新登录。
        en The code is wrong, or was used already. Wait for the next one.
        zh 动态口令错误，或已经用过。请等下一个。
        en The server has lost its master key, so it can't check this code. A recovery code is still good; or an administrator resets the second factor (quicflow-server user reset-totp).
        zh 服务器丢失了主密钥，无法核对动态口令。恢复码仍然可用；也可由管理员重置动态口令（quicflow-server user reset-totp）。
        en The server has lost its master key, so no second factor can be set up.
        zh 服务器丢失了主密钥，无法设置动态口令。
        en The code is wrong. Is the clock of the phone right?
        zh 动态口令错误。手机的时间准确吗？
        en This server's store keeps no accounts of others.
        zh 这台服务器的存储不保存外部账号。
        en '{name}' is signed in at '{provider}', but none of the groups there has a role here. Ask an administrator.
        zh “{name}”已在“{provider}”登录，但所在的外部用户组在这里都没有角色。请联系管理员。
        en no role on this server
        zh 在这台服务器上没有角色
        en The user name or the password is wrong.
        zh 用户名或密码错误。
        en Too many attempts to sign in. Wait {wait} s and try again.
        zh 登录尝试太多。请等 {wait} 秒后再试。
        en a secret's name is made of letters, digits and '_', does not start with a digit, and has at most 64 of them
        zh 密钥名称只含字母、数字和“_”，不以数字开头，最多 64 个字符
        en a secret has {shortest} to {longest} bytes; a shorter one could not be masked in output
        zh 密钥为 {shortest} 到 {longest} 字节；更短的无法在输出中隐藏
        en a secret has no NUL character: no environment can carry it
        zh 密钥中不能有 NUL 字符：环境变量放不下它
        en name at least one group, and not the built-in one; 'all' stands for every group
        zh 至少写一个分组，不能是内置分组；“all”代表所有分组
        en The secret cannot be saved
        zh 密钥不能保存
        en You lack 'secrets:write' on some of the groups that own this secret, before or after. Ask an administrator.
        zh 在拥有这个密钥（修改前或修改后）的某些分组上，你没有“secrets:write”权限。请联系管理员。
        en Too many are signing in at the moment. Try again in a few seconds.
        zh 现在登录的人太多。请过几秒再试。
        en a token's name starts with a letter or digit and goes on with letters, digits, '.', '_', '/' or '-', at most 64
        zh 令牌名称以字母或数字开头，后面是字母、数字、“.”、“_”、“/”或“-”，最多 64 个字符
        en a token without permissions opens nothing
        zh 没有权限的令牌什么都打不开
        en no token carries '{permission}'
        zh 令牌不能带有“{permission}”
        en you lack '{permission}' yourself
        zh 你自己没有“{permission}”
        en '{permission}' holds everywhere or not at all
        zh “{permission}”只能对全部有效，不能只对某些分组
        en name at least one group, and not the built-in one; leave it out for all that you may
        zh 至少写一个分组，不能是内置分组；不写则为你有权的全部分组
        en you have none of these permissions on group {group}
        zh 在分组 {group} 上，你没有这些权限中的任何一个
        en a token ends between now and {longest} days from now
        zh 令牌的到期时间从现在起最多 {longest} 天
        en The token cannot be made
        zh 令牌不能创建
        en Giving rights takes two persons here. Make the account without a role, then ask for its role.
        zh 在这里授权需要两个人。请先创建没有角色的账号，再申请角色。
        en leave it out, and ask for it afterwards
        zh 请去掉，之后再申请
        en '{name}' is no role: neither built in nor one that was made here
        zh “{name}”不是角色：既不是内置角色，也不是这里创建的角色
        en a role's name starts with a letter or digit and goes on with letters, digits, '.', '_' or '-', at most 64
        zh 角色名称以字母或数字开头，后面是字母、数字、“.”、“_”或“-”，最多 64 个字符
        en '{name}' is one of the roles that are built in
        zh “{name}”是内置角色之一
        en a role without permissions opens nothing
        zh 没有权限的角色什么都打不开
        en The role cannot be saved
        zh 角色不能保存
        en You cannot put into a role what you lack yourself: {lacking}.
        zh 你自己没有的权限不能放进角色：{lacking}。
        en A grant holds on 'all' or on at least one group; the built-in group belongs to 'all' only.
        zh 授权作用于“all”或至少一个分组；内置分组只属于“all”。
        en 'all' or a list of other groups
        zh “all”或其他分组的列表
        en You cannot give the role '{name}' there: you lack '{permission}' yourself.
        zh 你不能在那里授予角色“{name}”：你自己没有“{permission}”。
        en secret_unavailable: this host is no target of the job
        zh secret_unavailable：这台主机不是任务的目标
        en secret_unavailable: {names} does not exist, or its owners do not cover the groups of this task
        zh secret_unavailable：{names} 不存在，或其所有者不包括这个任务的分组
        en secret_unavailable: {name} cannot be opened with the server's keys; set it again
        zh secret_unavailable：服务器的密钥解不开 {name}；请重新设置它
        en stands twice
        zh 出现了两次
        en is no name of at most {subjectLimit} bytes
        zh 不是最多 {subjectLimit} 字节的名称
        en is no list of groups of at most {valueLimit} bytes
        zh 不是最多 {valueLimit} 字节的用户组列表
        en has more than {groupLimit} groups
        zh 有超过 {groupLimit} 个用户组
        en The header '{header}' of the proxy in front {what}. Ask whoever runs the proxy.
        zh 前置代理的请求头“{header}”{what}。请联系管理代理的人。
        en The password is right. Send the code of your application, or a recovery code, with this ticket to POST /api/v1/auth/login/totp.
        zh 密码正确。请把应用中的动态口令或恢复码，连同这个 ticket，发送到 POST /api/v1/auth/login/totp。
        en There is no such provider to sign in at.
        zh 没有这个登录提供方。
        en write "all" or a list of different group ids
        zh 请写 "all" 或不重复的分组编号列表
        en give a role or permissions, not both
        zh 请写角色或权限，不能两者都写
        en give permissions, or a role whose permissions it gets
        zh 请写权限，或写一个角色以取得它的权限
        en No token asks about other people. Sign in for it.
        zh 令牌不能查询其他人的权限。请登录后再查。
        en There is no user of that name.
        zh 没有叫这个名字的用户。
        en There is no such object.
        zh 没有这个对象。
        en A proxy signs you in, so there is no session here that could take all rights.
        zh 你由代理登录，这里没有可以取得全部权限的会话。
        en Prove at '{provider}' who you are first (/api/v1/auth/oidc/{path}/start?fresh=true), and take all rights within five minutes.
        zh 请先在“{provider}”重新证明身份（/api/v1/auth/oidc/{path}/start?fresh=true），并在五分钟内取得全部权限。
        en say in 1 to {limit} bytes why, without control characters
        zh 请用 1 到 {limit} 字节说明原因，不能有控制字符
        en {least} to {longest} minutes
        zh {least} 到 {longest} 分钟
        en All rights cannot be taken
        zh 不能取得全部权限
        en this is not your password
        zh 这不是你的密码
        en sign in for it
        zh 请登录后再查
        en write a kind and what it is called by, such as task:7; kinds: {kinds}
        zh 请写种类和名称，例如 task:7；种类有：{kinds}
        en Name the permission that is asked about.
        zh 请写要查询的权限。
        en such as jobs:run
        zh 例如 jobs:run
        en The file is damaged: its lines are not those that were written.
        zh 文件已损坏：其中的行与写入时不同。
        en There is something behind the file's end.
        zh 文件末尾之后还有内容。
        en The end of the file is missing: it was cut off at line {number}.
        zh 文件缺少末尾：在第 {number} 行被截断。
        en Line {number} of the file is damaged.
        zh 文件的第 {number} 行已损坏。
        en This is no file of 'quicflow-server export'.
        zh 这不是“quicflow-server export”写出的文件。
        en Version {program} wrote this file with another schema. Import it with that version, and upgrade afterwards.
        zh 此文件由版本 {program} 以另一种结构写出。请用该版本导入，之后再升级。
        en The sign-in cannot begin
        zh 不能开始登录
        en the SHA-256 of a verifier, in 43 characters of base64url without padding
        zh 应为校验码的 SHA-256，写成 43 个字符的 base64url，不带填充
        """#
}
