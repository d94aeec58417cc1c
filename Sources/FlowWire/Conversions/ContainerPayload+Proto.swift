// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore

// A container job in S1's map of texts. What stands there only where it differs from the default is left out.

extension ContainerPayload {
    var wire: [String: String] {
        var config = ["image": self.image]
        for (index, argument) in self.command.enumerated() { config["command.\(index)"] = argument }
        for (name, value) in self.environment { config["env.\(name)"] = value }
        for (index, mount) in self.mounts.enumerated() {
            config["mount.\(index).source"] = mount.source
            config["mount.\(index).target"] = mount.target
            if !mount.isReadOnly { config["mount.\(index).write"] = "1" }
        }
        if self.network != .bridge { config["network"] = self.network.rawValue }
        if self.pull != .missing { config["pull"] = self.pull.rawValue }
        config["user"] = self.user
        config["work_dir"] = self.workingDirectory
        config["memory_bytes"] = self.memoryBytes.map { String($0) }
        config["cpu_percent"] = self.cpuPercent.map { String($0) }
        if !self.successCodes.isEmpty {
            config["success_codes"] = self.successCodes.map { String($0) }.joined(separator: ",")
        }
        return config
    }

    init(wire: [String: String], _ field: String) throws(WireError) {
        var config = ConfigReader(wire, field)
        self.init(image: try config.text("image"))
        guard Self.isImage(self.image) else {
            throw WireError.invalid(field: field + ".image", problem: "is '\(self.image.prefix(64))', not an image")
        }
        while self.command.count < Self.argumentLimit, let argument = config.take("command.\(self.command.count)") {
            self.command.append(argument)
        }
        self.environment = config.all("env.")
        while self.mounts.count < Self.mountLimit, let source = config.take("mount.\(self.mounts.count).source") {
            let index = self.mounts.count
            let target = try config.text("mount.\(index).target")
            guard Self.isMountPath(source), Self.isMountPath(target) else {
                throw WireError.invalid(field: "\(field).mount.\(index)", problem: "has something else than paths")
            }
            let isReadOnly = config.take("mount.\(index).write") != "1"
            self.mounts.append(Mount(source: source, target: target, isReadOnly: isReadOnly))
        }
        if let word = config.take("network") { self.network = try Self.word(word, "\(field).network") }
        if let word = config.take("pull") { self.pull = try Self.word(word, "\(field).pull") }
        self.user = config.take("user")
        guard self.user.map(Self.isUser) ?? true else {
            throw WireError.invalid(field: field + ".user", problem: "is not a user")
        }
        self.workingDirectory = config.take("work_dir")
        if let bytes = config.take("memory_bytes") {
            guard let bytes = Int64(bytes), Self.memoryRange.contains(bytes) else {
                throw WireError.invalid(field: field + ".memory_bytes", problem: "is not a limit")
            }
            self.memoryBytes = bytes
        }
        if config.has("cpu_percent") { self.cpuPercent = try config.number("cpu_percent", Self.cpuRange) }
        if let codes = config.take("success_codes") {
            self.successCodes = try PBTaskConfig.numbers(codes, 0...255, field + ".success_codes", "exit codes")
        }
        try config.finish()
    }

    /// A word that is not known is no default: the task is kept and not started.
    private static func word<Value: RawRepresentable<String>>(
        _ text: String,
        _ field: String
    ) throws(WireError) -> Value {
        guard let value = Value(rawValue: text) else {
            throw WireError.notUnderstood(field: field, value: "'\(text.prefix(64))'")
        }
        return value
    }
}
