// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseWords {
    /// Of tables, and of lines with one fact each.
    static let headings = #"""
        en request
        zh 申请
        en what
        zh 内容
        en asked for by
        zh 申请人
        en at
        zh 时间
        en reason
        zh 原因
        en state
        zh 状态
        en waits until
        zh 等待至
        en details
        zh 详情
        en {field} (before)
        zh {field}（之前）
        en {field} (after)
        zh {field}（之后）
        en digest
        zh 摘要
        en task
        zh 任务
        en client
        zh 主机
        en due
        zh 计划时间
        en start
        zh 开始
        en end
        zh 结束
        en duration
        zh 耗时
        en exit code
        zh 退出码
        en attempt
        zh 尝试
        en placement
        zh 选择主机
        en fence
        zh 令牌号
        en {fence}, before: {placed}
        zh {fence}，之前：{placed}
        en moved to
        zh 移到
        en output {name}
        zh 输出 {name}
        en error
        zh 错误
        en description
        zh 说明
        en status
        zh 状态
        en why
        zh 原因
        en schedule
        zh 调度
        en in words
        zh 含义
        en time zone
        zh 时区
        en calendar
        zh 日历
        en next fire
        zh 下次触发
        en groups
        zh 分组
        en two persons
        zh 两人审批
        en timeout
        zh 超时
        en labels
        zh 标签
        en version
        zh 版本
        en directory
        zh 目录
        en plugin
        zh 插件
        en WHAT
        zh 内容
        en ON
        zh 对象
        en BY
        zh 操作人
        en STATE
        zh 状态
        en UNTIL
        zh 截止
        en DECIDED BY
        zh 审批人
        en FIELD
        zh 项目
        en VALUE
        zh 值
        en NAME
        zh 名称
        en REVISION
        zh 版本
        en ENTRIES
        zh 条数
        en CHANGED
        zh 修改时间
        en DESCRIPTION
        zh 说明
        en FROM
        zh 从
        en TO
        zh 到
        en YEARLY
        zh 每年
        en CLIENT
        zh 主机编号
        en STATUS
        zh 状态
        en HOST
        zh 主机名
        en ADDRESS
        zh 地址
        en GROUPS
        zh 分组
        en RUNNING
        zh 运行中
        en LAST HEARTBEAT
        zh 最近心跳
        en SERVER
        zh 服务器
        en AGENTS
        zh 代理地址
        en VERSION
        zh 版本
        en SINCE
        zh 起始
        en SHARDS
        zh 分片
        en HOSTS
        zh 主机
        en WEBHOOK
        zh Webhook
        en TASK
        zh 任务
        en START
        zh 开始
        en DURATION
        zh 耗时
        en EXECUTION
        zh 执行
        en ATTEMPT
        zh 尝试
        en RESULT
        zh 结果
        en OUTPUT
        zh 输出
        en ONLINE
        zh 在线
        en CLIENTS
        zh 主机
        en TASKS
        zh 任务
        en TAGS
        zh 标签
        en RULE
        zh 规则
        en GROUP
        zh 分组
        en ADDRESSES
        zh 地址
        en HOST NAMES
        zh 主机名
        en LABELS
        zh 标签
        en LAST
        zh 最后
        en INTO
        zh 移入
        en TYPE
        zh 类型
        en ENABLED
        zh 启用
        en TRIGGERS
        zh 触发情况
        en IN A ROW
        zh 连续次数
        en INCIDENT
        zh 告警
        en TRIGGER
        zh 触发情况
        en COUNT
        zh 次数
        en ACKNOWLEDGED BY
        zh 确认人
        en DELIVERY
        zh 通知
        en CHANNEL
        zh 渠道
        en TRIES
        zh 次数
        en CREATED
        zh 创建时间
        en SUBJECT
        zh 主题
        en LAST ERROR
        zh 最近错误
        en PROFILE
        zh 配置
        en SIGNED IN AS
        zh 登录用户
        en FOR
        zh 适用于
        en SET
        zh 设置时间
        en SETTING
        zh 设置
        en DEFAULT
        zh 默认值
        en STARTED
        zh 已启动
        en RAN BEFORE
        zh 之前已运行
        en MISSED
        zh 错过
        en RUN
        zh 运行
        en AT
        zh 时间
        en CLOCKS
        zh 时钟
        en FORMAT
        zh 格式
        en PARAMETERS
        zh 参数
        en WHEN
        zh 条件
        en PATH
        zh 路径
        en OUTCOME
        zh 结果
        en BYTES
        zh 字节
        en WHY
        zh 原因
        en SCHEDULE
        zh 调度
        en NEXT FIRE
        zh 下次触发
        en OWNER
        zh 所有者
        en BEGINS WITH
        zh 开头
        en LAST USED
        zh 最近使用
        en PERMISSIONS
        zh 权限
        en ROLE
        zh 角色
        en USERS
        zh 用户
        en SESSION
        zh 会话
        en PROGRAM
        zh 程序
        en ROLES
        zh 角色
        en LAST SIGN-IN
        zh 最近登录
        en GRANT
        zh 授权
        en STEPS
        zh 步骤
        en NEXT
        zh 下次运行
        en WORKFLOW
        zh 工作流
        en BEGAN
        zh 开始
        en STEP
        zh 步骤
        en KIND
        zh 类型
        en AFTER
        zh 上游
        en REASON
        zh 原因
        en ENDED
        zh 结束
        en DETAIL
        zh 详情
        en LINE
        zh 行
        en TIME ZONE
        zh 时区
        en USER
        zh 用户
        en RUN BY
        zh 解释器
        en COMMAND
        zh 命令
        en group
        zh 分组
        en host
        zh 主机
        en tasks
        zh 任务
        en hosts
        zh 主机
        en no limit
        zh 没有限制
        en yes
        zh 是
        en no
        zh 否
        en warning
        zh 警告
        en spec
        zh CronJob
        en job
        zh 作业
        en pod
        zh Pod
        en container
        zh 容器
        en year
        zh 年末
        en week
        zh 周末
        en day of month
        zh 日
        en day of week
        zh 星期
        en month
        zh 月
        en hour
        zh 时
        en minute
        zh 分
        en second
        zh 秒
        en TASK {id}
        zh 任务 {id}
        en parameter
        zh 参数
        en window
        zh 时段
        en command
        zh 命令
        en sql
        zh SQL
        en comment
        zh 备注
        en result
        zh 结果
        en retries
        zh 重试
        en overlap
        zh 上次未结束时
        en misfire
        zh 错过执行时
        en pool
        zh 资源池
        en jitter
        zh 随机延迟
        en pauses
        zh 自动暂停
        en users
        zh 用户
        en servers
        zh 服务器
        en channels
        zh 渠道
        en rules
        zh 规则
        en workflow
        zh 工作流
        en workflows
        zh 工作流
        en channel
        zh 渠道
        en rule
        zh 规则
        en user
        zh 用户
        en webhook
        zh Webhook
        en webhooks
        zh Webhook
        en Connection refused
        zh 连接被拒绝
        en No route to host
        zh 没有到主机的路由
        en Network is unreachable
        zh 网络不可达
        en Connection reset by peer
        zh 连接被对方重置
        en Connection timed out
        zh 连接超时
        en HTTPClientError.connectTimeout
        zh 连接超时
        en HTTPClientError.deadlineExceeded
        zh 超过时限
        en HTTPClientError.remoteConnectionClosed
        zh 对方关闭了连接
        en HTTPClientError.readTimeout
        zh 读取超时
        en FINGERPRINT
        zh 指纹
        en SEEN BEFORE
        zh 此前出现
        en SAYS
        zh 输出
        en PERIOD
        zh 周期
        en ZONE
        zh 时区
        en ABOUT
        zh 对象
        en CAUGHT
        zh 已拦下
        en WAVE
        zh 批次
        en SUCCEEDED
        zh 成功
        en FAILED
        zh 失败
        en OPEN
        zh 未结束
        """#
}
