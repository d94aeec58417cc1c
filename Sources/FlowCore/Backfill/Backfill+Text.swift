// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

extension Backfill {
    /// How it stands; a sentence without its full stop.
    package var text: FireExplanation.Text {
        let count = "\(self.progress.looked)/\(self.total)"
        switch self.state {
        case .open: return self.waiting.map { $0.text(count) } ?? Self.text("进行中：\(count)", "under way: \(count)")
        case .done: return Self.text("已完成：\(count)", "done: \(count)")
        case .cancelled: return Self.text("已取消：\(count)", "cancelled: \(count)")
        case .ended:
            let why = self.ending?.text ?? Self.text("", "")
            return Self.text("已结束：\(count)，\(why.zh)", "ended: \(count), \(why.en)")
        }
    }

    fileprivate static func text(_ zh: String, _ en: String) -> FireExplanation.Text {
        FireExplanation.Text(zh: zh, en: en)
    }
}

extension Backfill.Ending {
    package var text: FireExplanation.Text {
        switch self {
        case .deleted: Backfill.text("任务已删除", "the task was deleted")
        case .disabled: Backfill.text("任务已停用", "the task was disabled")
        case .paused: Backfill.text("任务已暂停", "the task was paused")
        case .unscheduled:
            Backfill.text("任务不再按 cron 或固定间隔触发", "the task no longer fires by cron or at equal distances")
        }
    }
}

extension Backfill.Wait {
    fileprivate func text(_ count: String) -> FireExplanation.Text {
        switch self {
        case .stopped: Backfill.text("等待：\(count)，调度器已停止", "waits: \(count), the scheduler is stopped")
        case .running, .rate: Backfill.text("进行中：\(count)", "under way: \(count)")
        case .overlap:
            Backfill.text("等待：\(count)，任务的其他运行尚未结束", "waits: \(count), other runs of the task have not ended")
        case .noHost: Backfill.text("等待：\(count)，没有在线主机", "waits: \(count), no host of the task is connected")
        case .settling:
            Backfill.text(
                "等待：\(count)，刚连接的主机正在上报",
                "waits: \(count), a host that has just connected says first what it ran by itself"
            )
        }
    }
}
