// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension ChineseFaults {
    /// Of runs that go over their hosts in waves.
    static let waves = #"""
        en Run {run} does not go in waves.
        zh 运行 {run} 没有分批。
        en No further wave of this run is to begin.
        zh 这次运行没有后续批次要开始。
        en Nobody holds the waves of this run.
        zh 这次运行的批次没有被暂停。
        en waves belong to 'each': other kinds choose their hosts
        zh 分批只用于“each”：其他种类由服务器选择主机
        en say how many hosts a wave has, or which part of them
        zh 请说明每批有几台主机，或占多大比例
        en a size is a number of hosts, or a part of them such as "10%"
        zh 每批的大小是主机数，或“10%”这样的比例
        en a share of hosts is a number from 0 to 1
        zh 主机比例是 0 到 1 之间的数字
        """#
}
