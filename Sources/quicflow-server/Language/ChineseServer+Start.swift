// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseServer {
    /// Of what keeps the server from starting, and of its configuration.
    static let start = #"""
        en Cannot listen for agents on {host}:{port} (UDP): {reason}.
        zh 无法在 {host}:{port}（UDP）监听代理：{reason}。
        en Cannot listen for people on {host}:{port}: {reason}.
        zh 无法在 {host}:{port} 监听用户：{reason}。
        en Cannot write the password file {file}.
        zh 无法写密码文件 {file}。
        en notify.ca-file: {file} is no readable PEM file with certificates.
        zh notify.ca-file：{file} 不是可读取的 PEM 证书文件。
        en There is no certificate of the authority {name}.
        zh 没有证书机构 {name} 的证书。
        en and the file name more than {limit} providers.
        zh 与文件一起写了超过 {limit} 个身份提供方。
        en is missing or not with https; providers send people back to it (http is for this host alone).
        zh 缺少，或不是 https；身份提供方会让用户回到这里（http 只用于本机）。
        en is no name of a provider; write small letters, digits and '-', and not 'proxy'.
        zh 不能作身份提供方的名称；请用小写字母、数字和“-”，且不能是“proxy”。
        en is missing.
        zh 缺少。
        en is missing; the provider gives it.
        zh 缺少；由身份提供方给出。
        en lacks 'openid', without which there is no ID token.
        zh 缺少“openid”，没有它就没有 ID 令牌。
        en is '{file}', which is no readable PEM file with certificates.
        zh 是“{file}”，它不是可读取的 PEM 证书文件。
        en Cannot read the configuration file {file}.
        zh 无法读取配置文件 {file}。
        en {file} is no text of at most {limit} bytes in UTF-8.
        zh {file} 不是最多 {limit} 字节的 UTF-8 文本。
        en is missing; http.tls.certificate needs the key that belongs to it.
        zh 缺少；http.tls.certificate 需要配套的密钥。
        en is missing; http.tls.key needs its certificate.
        zh 缺少；http.tls.key 需要它的证书。
        en needs database.url: it names a standby of that database.
        zh 需要 database.url：它是那个数据库的备库。
        en and archive.s3 exclude each other: output is archived in one place.
        zh 与 archive.s3 只能写一个：输出只归档到一处。
        en and archive.s3.secret-key exclude each other.
        zh 与 archive.s3.secret-key 只能写一个。
        en names {file}, which has no key in it.
        zh 写的是 {file}，其中没有密钥。
        en is missing; an S3 store needs endpoint, bucket, access-key and secret-key.
        zh 缺少；S3 存储需要 endpoint、bucket、access-key 和 secret-key。
        en can't be used: {reason}
        zh 不能使用：{reason}
        en can't be: {reason}.
        zh 不行：{reason}。
        en is missing; a secret needs both a header and a file.
        zh 缺少；密钥需要请求头和文件两项。
        en is missing; without it anybody could say by a header who they are. Name the proxy's address.
        zh 缺少；没有它，任何人都能用请求头声称自己是谁。请写代理的地址。
        en has to be another header than the other ones.
        zh 要与其他请求头不同。
        en is missing, and so is admin-group; nobody would have a role. Write, for example, [ops=operator].
        zh 缺少，admin-group 也没有；这样没有人有角色。例如请写 [ops=operator]。
        en is '{file}', which is no readable file with one line of 8 to 4096 characters.
        zh 是“{file}”，它不是可读取的、只有一行 8 到 4096 个字符的文件。
        en There is not enough memory to read {file}.
        zh 内存不足，无法读取 {file}。
        en {file} is not valid YAML: {reason}
        zh {file} 不是有效的 YAML：{reason}
        en {file} has to be a mapping of settings, such as 'http: {listen: 127.0.0.1:8475}'.
        zh {file} 应为设置的映射，如 'http: {listen: 127.0.0.1:8475}'。
        en {file}{place}: this is no key of a setting.
        zh {file}{place}：这不是设置项的键。
        en {file}{place}: {key} stands twice.
        zh {file}{place}：{key} 写了两次。
        en archive.directory: {path} can't be made: {reason}
        zh archive.directory：{path} 无法创建：{reason}
        en archive.directory: {path} can't be written to: {reason}
        zh archive.directory：{path} 无法写入：{reason}
        en archive.s3.endpoint: '{text}' is no address such as https://s3.example.org:9000.
        zh archive.s3.endpoint：“{text}”不像 https://s3.example.org:9000 这样的地址。
        en archive.s3.bucket: '{text}' is no name of a bucket: 3 to 63 small letters, digits, dots and hyphens.
        zh archive.s3.bucket：“{text}”不能作存储桶的名称：3 到 63 个小写字母、数字、点和连字符。
        en {file} of {key} was answered with {status}{reason}
        zh {key} 的 {file} 得到的应答是 {status}{reason}
        en {path} can't be reached: {reason}
        zh 连不上 {path}：{reason}
        en {path} can't be deleted: {reason}
        zh {path} 无法删除：{reason}
        en {path} can't be made: {reason}
        zh {path} 无法创建：{reason}
        en {path} can't be written: {reason}
        zh {path} 写不了：{reason}
        en {path} can't be opened: {reason}
        zh {path} 打不开：{reason}
        en cannot resolve '{host}': {reason}
        zh 无法解析“{host}”：{reason}
        en '{host}' is refused: {reason}
        zh “{host}”被拒绝：{reason}
        en the answer took longer than {limit} ms
        zh 应答超过了 {limit} 毫秒
        en the answer has more than {limit} bytes
        zh 应答超过了 {limit} 字节
        en This server's key does not open the authority that the servers share.
        zh 这台服务器的密钥打不开各服务器共用的证书机构。
        en {directory} lost the authority that was just written there.
        zh 刚写入 {directory} 的证书机构不见了。
        en {directory}/ca holds another authority than the servers on this database have. Move it away, and start again: this server then takes theirs. Hosts that joined by it have to join again.
        zh {directory}/ca 中的证书机构与使用这个数据库的服务器不同。请把它移走再启动：这台服务器会采用它们的机构。由它加入的主机要重新加入。
        en The servers on this database share an authority, and this one has not the key that opens it. Copy {file} of another server to {path}, or give all of them the same {variable}.
        zh 使用这个数据库的服务器共用一个证书机构，而这台没有打开它的密钥。请把另一台的 {file} 复制到 {path}，或给它们相同的 {variable}。
        en {directory} holds no database. Start the server once, name its directory with --data-dir, or its PostgreSQL with --database.
        zh {directory} 中没有数据库。请先启动一次服务器，用 --data-dir 写它的目录，或用 --database 写它的 PostgreSQL。
        en {directory} has the authority that hosts trust (ca), but not the database ({file}). Restore the database from a backup; if it is a PostgreSQL, set database.url again. To begin anew without it, move {path}/ca away; every host then has to join again.
        zh {directory} 有主机信任的证书机构（ca），却没有数据库（{file}）。请从备份恢复数据库；如果是 PostgreSQL，请重新设置 database.url。要不用它重新开始，请移走 {path}/ca；之后每台主机都要重新加入。
        en {directory} has a database with enrolled hosts, but not the authority they trust (ca). Restore the directory {path}/ca from a backup, or none of them can connect. To go on without them, delete them in the console of a server that has its authority, and let them join again.
        zh {directory} 的数据库中有已加入的主机，却没有它们信任的证书机构（ca）。请从备份恢复目录 {path}/ca，否则它们都无法连接。要不保留它们，请在有该机构的服务器的控制台中移除，再让它们重新加入。
        en {place} is empty; leave it out, or write a text.
        zh {place} 是空的；请去掉，或写文本。
        en {place} is a list; write one text.
        zh {place} 是列表；请写一段文本。
        en {place} {what}; write a text.
        zh {place} {what}；请写文本。
        en write a whole number
        zh 请写整数
        en write a whole number from {first} to {last}
        zh 请写 {first} 到 {last} 的整数
        en {place} {what}; {possible}.
        zh {place} {what}；{possible}。
        en {place} {what}; write true or false.
        zh {place} {what}；请写 true 或 false。
        en {place} {what}; write a list of texts, such as [a, b].
        zh {place} {what}；请写文本的列表，如 [a, b]。
        en {place} {what}; write {possible}.
        zh {place} {what}；请写 {possible}。
        en {place} {what}; write a list of {possible}.
        zh {place} {what}；请写列表，每项为{possible}。
        en {place} has '{text}'; write {possible}.
        zh {place} 中有“{text}”；请写 {possible}。
        en is '{text}'
        zh 是“{text}”
        en names no role; write some of {names}, or leave it out for all of them.
        zh 没有写角色；请写 {names} 中的几个，或者省略，即全部。
        en has '{name}', which is no role; write some of {names}.
        zh 中的“{name}”不是角色；请写 {names} 中的几个。
        en This server has its database to itself (SQLite), so it does everything and can't have the roles {roles} only. Leave --roles and cluster.roles out, or name a PostgreSQL in database.url that servers share.
        zh 这台服务器独占它的数据库（SQLite），因此什么都做，不能只有角色 {roles}。请去掉 --roles 和 cluster.roles，或在 database.url 中写一个多台服务器共用的 PostgreSQL。
        en is a list
        zh 是列表
        en is a mapping
        zh 是映射
        en is an alias
        zh 是别名
        en has no value
        zh 没有值
        en has an element that is no text
        zh 有一项不是文本
        en there are: {names}.
        zh 可用的有：{names}。
        en did you mean '{name}'?
        zh 是不是“{name}”？
        en {file}{place}: there is no setting '{key}'; {hint}
        zh {file}{place}：没有设置“{key}”；{hint}
        en and {count} more.
        zh 还有 {count} 处。
        en the environment's {variable}
        zh 环境变量 {variable}
        en {file}{line}: {key}
        zh {file}{line}：{key}
        en the provider's address with https
        zh 身份提供方的 https 地址
        en addresses or networks, such as 192.0.2.7 or 10.0.0.0/8
        zh 地址或网段，如 192.0.2.7 或 10.0.0.0/8
        en exact origins, such as https://portal.example.com or http://localhost:3000; no * and no path
        zh 完整的来源，如 https://portal.example.com 或 http://localhost:3000；不能有 * 和路径
        en host:port, such as {example}
        zh host:port，如 {example}
        en one character, such as '|'
        zh 一个字符，如“|”
        en entries 'group=role' or 'group=role@group of ours', such as ops=operator
        zh “group=role”或“group=role@本系统的分组”这样的项，如 ops=operator
        en an address that begins with https:// or http://
        zh 以 https:// 或 http:// 开头的地址
        en a header's name of letters, digits and '-', such as Remote-User
        zh 由字母、数字和“-”组成的请求头名称，如 Remote-User
        """#
}
