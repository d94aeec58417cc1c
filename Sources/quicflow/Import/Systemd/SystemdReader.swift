// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// systemd timers with their services.
enum SystemdReader {
    static func read(_ files: [ImportFile]) -> [(String, ForeignFindings)] {
        var findings = files.map { _ in ForeignFindings() }
        let units = files.indices.map { SystemdUnit(files[$0], &findings[$0]) }
        var used: Set<String> = []
        for index in units.indices where units[index].name.hasSuffix(".timer") {
            let timer = units[index]
            let wanted =
                timer.last("Timer", "Unit")?.value ?? String(timer.name.dropLast(".timer".count)) + ".service"
            let place = units.firstIndex { $0.name == wanted } ?? units.firstIndex { $0.name == Self.template(wanted) }
            guard let place else {
                findings[index].refuse(1, "its unit \(wanted) is not among the files; add it")
                continue
            }
            used.insert(units[place].name)
            var remarks = ForeignFindings()
            let service = SystemdService(unit: units[place], instance: wanted).task(&remarks)
            for remark in remarks.remarks {
                if remark.severity == .error {
                    findings[place].refuse(remark.line, remark.text)
                } else {
                    findings[place].warn(remark.line, remark.text)
                }
            }
            guard let service else { continue }
            self.addTasks(of: timer, service, &findings[index])
        }
        for index in units.indices {
            let unit = units[index]
            if unit.name.hasSuffix(".service"), !used.contains(unit.name) {
                findings[index].warn(1, "no timer among the files starts it; nothing is made of it")
            } else if !unit.name.hasSuffix(".timer"), !unit.name.hasSuffix(".service") {
                findings[index].refuse(1, "only .timer and .service units are read")
            }
        }
        return zip(files, findings).map { ($0.name, $1) }
    }

    /// `job@.service` for `job@a.service`.
    private static func template(_ name: String) -> String {
        guard let at = name.firstIndex(of: "@") else { return name }
        return name[...at] + ".service"
    }

    private static let known: Set<String> = [
        "Unit", "OnCalendar", "OnUnitActiveSec", "OnUnitInactiveSec", "OnBootSec", "OnStartupSec", "OnActiveSec",
        "Persistent", "RandomizedDelaySec", "AccuracySec",
    ]

    private static func addTasks(of timer: SystemdUnit, _ service: ForeignTask, _ findings: inout ForeignFindings) {
        var base = service
        base.origin = timer.name
        base.misfire = timer.flag("Timer", "Persistent") ? "fire_once" : "skip"
        if let delay = timer.last("Timer", "RandomizedDelaySec") {
            base.jitter = SystemdSpan.seconds(delay.value)
            if base.jitter == nil {
                findings.warn(delay.line, "RandomizedDelaySec=\(delay.value) is no span of time; left out")
            }
        }
        for entry in timer.entries where entry.section == "Timer" && !self.known.contains(entry.key) {
            findings.warn(entry.line, "\(entry.key)= is left out")
        }
        var schedules: [(ForeignTask.Schedule, Int)] = []
        for entry in timer.all("Timer", "OnCalendar") {
            do {
                let calendar = try SystemdCalendar(entry.value)
                schedules.append((.cron(calendar.expression, zone: calendar.zone), entry.line))
            } catch {
                findings.refuse(entry.line, "OnCalendar=\(entry.value): \(error.text)")
            }
        }
        let first = ["OnBootSec", "OnStartupSec", "OnActiveSec"].compactMap { timer.last("Timer", $0) }
        for (key, make) in [
            ("OnUnitActiveSec", { ForeignTask.Schedule.every($0) }), ("OnUnitInactiveSec", { .delay($0) }),
        ] as [(String, (Int64) -> ForeignTask.Schedule)] {
            guard let entry = timer.last("Timer", key) else { continue }
            guard let seconds = SystemdSpan.seconds(entry.value), seconds > 0 else {
                findings.refuse(entry.line, "\(key)=\(entry.value) is no span of time")
                continue
            }
            schedules.append((make(seconds), entry.line))
            for other in first {
                findings.warn(other.line, "\(other.key)= is left out: the period begins when the task is made")
            }
        }
        if schedules.isEmpty, let boot = timer.last("Timer", "OnBootSec") {
            schedules.append((.cron("@reboot", zone: nil), boot.line))
            if SystemdSpan.seconds(boot.value) != 0 {
                findings.warn(
                    boot.line,
                    "it runs once after each boot, without waiting for \(boot.value); put a sleep before it"
                )
            }
        }
        if schedules.isEmpty {
            let place = first.first?.line ?? 1
            if timer.all("Timer", "OnCalendar").isEmpty {
                findings.refuse(place, "it never repeats; make the task by hand")
            }
            return
        }
        if schedules.count > 1 {
            findings.warn(
                schedules[1].1,
                "it has several times: one task is made for each, which may run beside one another"
            )
        }
        for (schedule, line) in schedules {
            var task = base
            task.line = line
            task.schedule = schedule
            findings.add(task)
        }
    }
}
