// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseServer {
    /// Of the server's files, keys, back-ups and joining hosts.
    static let host = #"""
        en There is no file {path}, or it can't be read.
        zh 没有文件 {path}，或无法读取。
        en A line of the file is longer than {size} MiB.
        zh 文件中有一行超过 {size} MiB。
        en {directory} holds no database. Name a server's directory with --data-dir, or its PostgreSQL with --database.
        zh {directory} 中没有数据库。请用 --data-dir 指明服务器的目录，或用 --database 指明它的 PostgreSQL。
        en The file could not be written: {error}. Is the disk full?
        zh 文件无法写入：{error}。磁盘是否已满？
        en {directory} holds a database. Name another directory, or move the database away first.
        zh {directory} 中已有数据库。请指明另一个目录，或先把数据库移走。
        en {file}: {rows} rows of {tables} tables, {bytes} bytes
        zh {file}：{tables} 个表，{rows} 行，{bytes} 字节
        en {rows} rows of {tables} tables are here, as of {time}.
        zh 已导入 {tables} 个表的 {rows} 行，时间为 {time}。
        en Keys and the authority (ca) come from the data directory of before: copy them before the server starts.
        zh 密钥文件和证书机构（ca）来自原来的数据目录：请在服务器启动前复制过来。
        en There is an authority that follows already: {name}.
        zh 已经有后继的证书机构：{name}。
        en There is one authority only. 'authority roll' makes the one that follows.
        zh 只有一个证书机构。用 'authority roll' 生成后继的机构。
        en {count} hosts that are alive were not heard to {what} yet ({names}). Wait, or add --force: 'serve' then leaves out agents of versions that know of one authority only, and 'drop' all of them.
        zh 还没有得知 {count} 台在用的主机（{names}）已{what}。请等待，或加 --force：这样 'serve' 会落下只认识一个机构的版本的代理，'drop' 会落下全部这些主机。
        en trust the new authority
        zh 信任新机构
        en trust the new authority and have a certificate of it
        zh 信任新机构并持有它的证书
        en {directory} has no authority (ca) yet. Start the server once.
        zh {directory} 还没有证书机构（ca）。请先启动一次服务器。
        en {file} does not belong to the key beside it. Restore both from one backup; agents trust exactly this pair.
        zh {file} 与旁边的密钥不配套。请从同一个备份恢复两者；代理只信任这一对。
        en The authority's certificate does not belong to its key.
        zh 证书机构的证书与密钥不配套。
        en The certificate request is not PKCS #10 in PEM.
        zh 证书请求不是 PEM 格式的 PKCS #10。
        en The certificate request has another key than ECDSA P-256.
        zh 证书请求的密钥不是 ECDSA P-256。
        en The certificate request is not signed by its own key.
        zh 证书请求不是用自己的密钥签名的。
        en A certificate was issued a moment ago.
        zh 刚刚签发过证书。
        en Too many refused attempts from {address}. Try again in a few minutes.
        zh 来自 {address} 的尝试被拒绝太多次。请几分钟后再试。
        en This join token is not known here. {advice}
        zh 这里不认识这个加入令牌。{advice}
        en This join token was used already. {advice}
        zh 这个加入令牌已经用过。{advice}
        en This join token expired at {time}. {advice}
        zh 这个加入令牌已于 {time} 过期。{advice}
        en {file} has {bytes} bytes instead of {expected}; delete it.
        zh {file} 有 {bytes} 字节，而不是 {expected}；请删除它。
        en {directory} holds no server yet. Name a server's directory with --data-dir.
        zh {directory} 中还没有服务器。请用 --data-dir 写服务器的目录。
        en There is no key: neither {file} in {directory} nor {variable}. Restore the key from its backup.
        zh 没有密钥：{directory} 中没有 {file}，也没有 {variable}。请从备份恢复密钥。
        en {file} can't be read.
        zh {file} 读不了。
        en {file} has no line 'chain number hash'.
        zh {file} 中没有 'chain number hash' 这样的行。
        en {file} can't be read: {reason}.
        zh {file} 读不了：{reason}。
        en {file} could not be made: {reason}.
        zh {file} 无法创建：{reason}。
        en {file} could not be written: {reason}. Is the disk full?
        zh {file} 写不了：{reason}。磁盘满了吗？
        en {file} can't be used: {reason}.
        zh {file} 不能使用：{reason}。
        en {file} became shorter while it was copied.
        zh {file} 在复制期间变短了。
        en '{name}' does not fit into an archive.
        zh “{name}”放不进归档文件。
        en The back-up could not be written: {reason}. Is the disk full?
        zh 备份写不了：{reason}。磁盘满了吗？
        en {file} could not be opened: {reason}.
        zh {file} 打不开：{reason}。
        en {directory} holds no server yet, or one whose state is in a PostgreSQL. Name a server's directory with --data-dir; a PostgreSQL is backed up with its own means (pg_dump), and the directory beside it.
        zh {directory} 中还没有服务器，或它的数据在 PostgreSQL 中。请用 --data-dir 写服务器的目录；PostgreSQL 用自己的方法（pg_dump）备份，目录另外备份。
        en There is no directory {path}.
        zh 没有目录 {path}。
        en {directory} has no authority (ca), without which no host would trust a restored server. Start the server once, or restore that directory.
        zh {directory} 没有证书机构（ca），没有它，主机不会信任恢复后的服务器。请先启动一次服务器，或恢复该目录。
        en {directory} has no {file}. A key that stands in {variable} has to be kept where that comes from.
        zh {directory} 中没有 {file}。写在 {variable} 中的密钥要在它的来源处保存。
        en {file} is there and is no ordinary file. Choose another name.
        zh {file} 已经存在，而且不是普通文件。请换一个名称。
        en {file} is there already. Choose another name, or replace it with --force.
        zh {file} 已经存在。请换一个名称，或用 --force 替换。
        en Its {part} is damaged.
        zh 它的 {part} 已损坏。
        en A newer version of QuartzFlow made it. Use that version.
        zh 它由更新的 QuartzFlow 版本生成。请用那个版本。
        en There is no file {path}.
        zh 没有文件 {path}。
        en {directory} is not empty ({names}). Name another directory, or use --force: what is there is then moved into a directory beside it, not deleted.
        zh {directory} 不是空的（{names}）。请写另一个目录，或用 --force：原有内容会移到旁边的目录，不会删除。
        en {path} could not be moved to {target}: {reason}. Repeat the command with --force.
        zh {path} 无法移到 {target}：{reason}。请用 --force 重新执行。
        en Nothing can be written in {directory}: {reason}.
        zh 无法在 {directory} 中写入：{reason}。
        en {directory} holds no database. Name the data directory of a server with --data-dir.
        zh {directory} 中没有数据库。请用 --data-dir 写服务器的数据目录。
        en There is no user '{name}'. Users: {names}.
        zh 没有用户“{name}”。用户有：{names}。
        en There is no group '{name}' of its own. Leave --group out for everything.
        zh 没有名为“{name}”的独立分组。要处处有效，请去掉 --group。
        en {directory} holds no server yet. Start the server once, or name its directory with --data-dir.
        zh {directory} 中还没有服务器。请先启动一次服务器，或用 --data-dir 写它的目录。
        en {directory} has no authority (ca) yet: a host could not check whom it joins. Start the server once, or restore that directory from a backup.
        zh {directory} 还没有证书机构（ca）：主机无法确认它加入的是谁。请先启动一次服务器，或从备份恢复该目录。
        en {directory}/ca can't be read.
        zh {directory}/ca 读不了。
        en There is no group '{name}'. Groups: {names}.
        zh 没有分组“{name}”。分组有：{names}。
        en Can't open {name} with any key that is here (it was sealed with {kid}). Restore that key, or delete it, and repeat this.
        zh 用这里的密钥都打不开 {name}（它用 {kid} 封存）。请恢复那个密钥，或删除它，再重新执行。
        en A key of 32 bytes is none.
        zh 这不是 32 字节的密钥。
        en Line {line} of {file} is not 'kid base64 [primary]' with a key of 32 bytes and its kid. Restore the file from a backup of the keys.
        zh {file} 的第 {line} 行不是 'kid base64 [primary]'，即 32 字节的密钥和它的编号。请从密钥的备份恢复这个文件。
        en {file} has no key. Restore the file from a backup of the keys.
        zh {file} 中没有密钥。请从密钥的备份恢复这个文件。
        en {variable} is not base64 of 32 bytes. Make one with: openssl rand -base64 32
        zh {variable} 不是 32 字节的 base64。请用 openssl rand -base64 32 生成
        en Write --database with the address and the owner of the tables, postgres://….
        zh 请用 --database 写上地址和表的所有者，postgres://…。
        en taken  {name}
        zh 已执行  {name}
        """#
}
