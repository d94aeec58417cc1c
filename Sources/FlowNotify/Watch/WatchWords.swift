// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// What a message says of the newest thing that was watched.
struct WatchWords {
    private let measure: NotifyMeasure
    private let trigger: NotifyTrigger

    /// Nil for an incident of events.
    init?(_ incident: NotifyIncident) {
        guard let member = incident.members.last, let measure = member.measure,
            member.trigger != .workflowSucceeded
        else { return nil }
        (self.measure, self.trigger) = (measure, member.trigger)
    }

    private var failure: Wording {
        let steps = (self.measure.names ?? []).joined(separator: ", ")
        switch (self.measure.halt == .timeout, steps.isEmpty) {
        case (true, true): return "the time of the run was over"
        case (true, false): return "the time of the run was over; these steps failed: \(steps)"
        case (false, true): return "a step did not end well"
        case (false, false): return "these steps failed: \(steps)"
        }
    }

    /// - Parameter time: writes an instant as the message's zone has it.
    func text(_ speech: MessageSpeech, time: (Timestamp) -> String) -> Wording {
        let instant = time(Timestamp(milliseconds: self.measure.value))
        switch self.trigger {
        case .didNotRunBy: return "not started by \(instant)"
        case .notFinishedBy: return "not finished by \(instant)"
        case .parentsLate:
            return "still waits for \((self.measure.names ?? []).joined(separator: ", ")); that was due by \(instant)"
        case .workflowFailed: return self.failure
        case .workflowSkipped: return "the run did not begin: another one was open, or it was too late"
        case .workflowAsks:
            return "the step '\((self.measure.names ?? []).joined(separator: ", "))' waits for somebody's answer"
        case .certificateEnding: return "the certificate ends at \(instant)"
        case .clockSuspect where self.measure.value == 0: return "the clock is not to be believed"
        case .clockSuspect: return "the clock is off by \(speech.duration(abs(self.measure.value)))"
        case .diskLow:
            let disk = DiskSpace(free: self.measure.value, total: self.measure.limit)
            return "\(disk.percent) % free, \(disk.free >> 20) MiB"
        default:
            let (time, limit) = (speech.duration(self.measure.value), speech.duration(self.measure.limit))
            return self.trigger == .queueWaiting
                ? "waits for \(time), longer than \(limit)" : "runs for \(time), longer than \(limit)"
        }
    }
}
