// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

/// Kubernetes CronJobs (`batch/v1`) in YAML.
///
/// A task runs on a host, not in a pod: the container's command is taken, its image is not.
enum CronJobReader {
    static func read(_ file: ImportFile) -> ForeignFindings {
        var findings = ForeignFindings()
        let reader = YAMLReader(file.bytes)
        for fault in reader.faults { findings.refuse(fault.mark.line, fault.text) }
        guard reader.faults.isEmpty else { return findings }
        for document in reader.documents { self.add(document, &findings) }
        return findings
    }

    private static func add(_ node: YAMLNode, _ findings: inout ForeignFindings) {
        switch node.text("kind") {
        case "CronJob": self.addJob(node, &findings)
        case "List", "CronJobList":
            for item in node["items"]?.elements ?? [] { self.add(item, &findings) }
        case nil where node.entries?.isEmpty ?? true: return
        case let kind:
            findings.warn(
                node.start.line,
                kind.map { "\($0) is no CronJob; left out" } ?? "an object without a kind is no CronJob; left out"
            )
        }
    }

    private static func addJob(_ node: YAMLNode, _ findings: inout ForeignFindings) {
        let line = node.start.line
        let name = node["metadata"]?.text("name") ?? "line \(line)"
        let spec = node["spec"]
        let job = spec?["jobTemplate"]?["spec"]
        let pod = job?["template"]?["spec"]
        guard let spec, let job, let pod, let schedule = spec["schedule"] else {
            return findings.refuse(line, "'\(name)' has no schedule, or no template of a pod")
        }
        let containers = pod["containers"]?.elements ?? []
        guard containers.count == 1, let container = containers.first else {
            return findings.refuse(
                pod.start.line,
                "'\(name)' has \(containers.count) containers; only one can become a task (a workflow can have several)"
            )
        }
        let command = ContainerCommand(container)
        guard let script = command.script(&findings) else {
            return findings.refuse(
                container.start.line,
                "'\(name)' runs what its image says; write the command that is to run on a host"
            )
        }
        var task = ForeignTask(line: line, name: name, origin: "CronJob \(name)", run: .script(script, interpreter: []))
        if let namespace = node["metadata"]?.text("namespace") { task.origin += " in \(namespace)" }
        task.schedule = self.schedule(schedule, zone: spec.text("timeZone"))
        self.addPolicies(&task, spec, job, &findings)
        task.environment = command.environment
        self.addSurroundings(&task, container, &findings)
        self.noteRest(node, spec, job, pod, container, &findings)
        findings.add(task)
    }

    private static func schedule(_ node: YAMLNode, zone: String?) -> ForeignTask.Schedule {
        var text = node.scalarText ?? ""
        var zone = zone
        for mark in ["CRON_TZ=", "TZ="] where text.hasPrefix(mark) {
            let word = text.prefix { $0 != " " }
            zone = String(word.dropFirst(mark.count))
            text = String(text.dropFirst(word.count).drop { $0 == " " })
        }
        // The controller's zone, which is UTC unless somebody changed it.
        return .cron(text, zone: zone ?? "UTC")
    }

    private static func addPolicies(
        _ task: inout ForeignTask,
        _ spec: YAMLNode,
        _ job: YAMLNode,
        _ findings: inout ForeignFindings
    ) {
        switch spec.text("concurrencyPolicy") ?? "Allow" {
        case "Forbid": task.overlap = .skip
        case "Replace": task.overlap = .cancelPrevious
        default: (task.overlap, task.concurrency) = (.allow, 100)
        }
        if spec.text("suspend") == "true" { task.isEnabled = false }
        task.startDeadline = spec.number("startingDeadlineSeconds")
        task.timeout = job.number("activeDeadlineSeconds")
        task.retries = min(job.number("backoffLimit") ?? 6, 100)
        task.retryInterval = 10
        for name in ["parallelism", "completions"] {
            if let node = job[name], node.scalarText != "1" {
                findings.warn(node.start.line, "\(name) is left out: a task runs once on each host of its groups")
            }
        }
    }

    private static func addSurroundings(
        _ task: inout ForeignTask,
        _ container: YAMLNode,
        _ findings: inout ForeignFindings
    ) {
        for variable in container["env"]?.elements ?? [] {
            guard let name = variable.text("name") else { continue }
            if variable["value"]?.scalarText != nil {
                guard task.environment[name] == nil else { continue }
                findings.warn(variable.start.line, "variable \(name) is made of one whose value is not here; left out")
            } else if let secret = variable["valueFrom"]?["secretKeyRef"] {
                findings.warn(
                    variable.start.line,
                    "variable \(name) comes from the secret '\(secret.text("name") ?? "")': set it here (quicflow secret set) and "
                        + "write secret:NAME"
                )
            } else {
                findings.warn(variable.start.line, "variable \(name) has no value of its own; left out")
            }
        }
        if let directory = container.text("workingDir"), directory.hasPrefix("/") { task.workDirectory = directory }
        if let image = container.text("image") {
            findings.warn(
                container["image"]?.start.line ?? container.start.line,
                "image \(image) is not used: the command runs on the host itself, which needs its programs"
            )
        }
    }

    private static func noteRest(
        _ node: YAMLNode,
        _ spec: YAMLNode,
        _ job: YAMLNode,
        _ pod: YAMLNode,
        _ container: YAMLNode,
        _ findings: inout ForeignFindings
    ) {
        let known: [(YAMLNode, String, Set<String>)] = [
            (
                spec, "spec",
                [
                    "schedule", "timeZone", "concurrencyPolicy", "suspend", "startingDeadlineSeconds", "jobTemplate",
                    "successfulJobsHistoryLimit", "failedJobsHistoryLimit",
                ]
            ),
            (
                job, "job",
                [
                    "template", "activeDeadlineSeconds", "backoffLimit", "parallelism", "completions",
                    "ttlSecondsAfterFinished",
                ]
            ),
            (pod, "pod", ["containers", "restartPolicy", "terminationGracePeriodSeconds"]),
            (
                container, "container",
                ["name", "image", "imagePullPolicy", "command", "args", "env", "workingDir", "terminationMessagePath"]
            ),
        ]
        for (part, word, names) in known {
            for entry in part.entries ?? [] where !names.contains(entry.key) {
                findings.warn(entry.mark.line, "\(entry.key) of the \(words: word) is left out")
            }
        }
    }
}

extension YAMLNode {
    subscript(_ key: String) -> YAMLNode? { self.entries?.first { $0.key == key }?.value }

    var elements: [YAMLNode]? { if case .sequence(let elements) = self.kind { elements } else { nil } }

    var scalarText: String? { if case .scalar(let text, _) = self.kind { text } else { nil } }

    func text(_ key: String) -> String? { self[key]?.scalarText }

    func number(_ key: String) -> Int64? { self.text(key).flatMap { Int64($0) } }
}
