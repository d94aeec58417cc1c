// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import FlowSupport
import Foundation

extension JobValidator {
    mutating func check(_ shell: ShellPayload) {
        let path = "executor_config.command"
        let blank = shell.command.allSatisfy { $0.isWhitespace }
        self.faults.require(!blank, path, "required", "a shell job needs a command")
        self.faults.require(
            shell.command.utf8.count <= JobLimits.payloadBytes,
            path,
            "length",
            "a command has at most \(JobLimits.payloadBytes) bytes"
        )
        self.faults.require(!shell.command.utf8.contains(0), path, "characters", "a command has no NUL character")
        self.faults.require(
            !shell.command.contains("${secret:"),
            path,
            "secret",
            "a script is stored and shown as it is: name the secret in an environment variable and use that"
        )
        if let directory = shell.workingDirectory {
            self.faults.require(
                JobLimits.isPath(directory) && !TextRules.hasControlCharacters(directory),
                "executor_config.work_dir",
                "path",
                "a working directory is an absolute path such as '/srv/data'"
            )
        }
        self.faults.require(
            !shell.usesScratchDirectory || shell.workingDirectory == nil,
            "executor_config.scratch_dir",
            "conflict",
            "a job runs in 'work_dir' or in a scratch directory, not in both"
        )
        self.faults.require(
            shell.runAs.map(JobLimits.isUserName) ?? true,
            "executor_config.run_as",
            "name",
            "a user's name begins with a letter or '_' and has at most 32 letters, digits, '_', '-' and '.'"
        )
        self.faults.require(
            !shell.usesScratchDirectory || shell.runAs == nil,
            "executor_config.scratch_dir",
            "conflict",
            "a scratch directory is the agent's user's: a job that runs as another has a 'work_dir'"
        )
        if let interpreter = shell.interpreter {
            self.faults.require(
                JobLimits.isPath(interpreter) && !interpreter.hasSuffix("/")
                    && !TextRules.hasControlCharacters(interpreter),
                "executor_config.interpreter",
                "path",
                "an interpreter is the absolute path of a program that takes a script with '-c', such as '/bin/bash'; "
                    + "one that takes it otherwise needs 'interpreter_args' too"
            )
        }
        self.checkStart(shell)
        self.checkUnit(shell.unit)
        self.checkVariables(shell.environment)
    }

    /// How a script is started, and what its exit code means.
    private mutating func checkStart(_ shell: ShellPayload) {
        self.faults.require(
            shell.interpreterArguments.count <= JobLimits.interpreterArguments,
            "executor_config.interpreter_args",
            "too_many",
            "at most \(JobLimits.interpreterArguments) arguments"
        )
        for (index, argument) in shell.interpreterArguments.enumerated() {
            self.faults.require(
                argument.utf8.count <= JobLimits.interpreterArgumentBytes && !argument.utf8.contains(0),
                "executor_config.interpreter_args[\(index)]",
                "value",
                "an argument has at most \(JobLimits.interpreterArgumentBytes) bytes and no NUL character"
            )
            self.faults.require(
                !argument.contains("${secret:"),
                "executor_config.interpreter_args[\(index)]",
                "secret",
                "arguments are there for everybody on the host to read: name the secret in an environment variable"
            )
        }
        self.checkSuccessCodes(shell.successCodes)
        self.faults.require(
            shell.umask.map { (0...0o777).contains($0) } ?? true,
            "executor_config.umask",
            "value",
            "a umask is three or four octal digits such as '022', at most '0777'"
        )
        self.faults.require(
            shell.niceness.map { (-20...19).contains($0) } ?? true,
            "executor_config.nice",
            "range",
            "a niceness is -20 to 19; the higher, the more the job gives way, and below the agent's own only root may go"
        )
        for (name, value) in shell.limits.sorted(by: { $0.key < $1.key }) {
            let limit = ProcessLimit(rawValue: name)
            self.faults.require(
                limit.map { $0.controller != nil || $0.range.contains(value) } ?? false,
                "executor_config.limits.\(name)",
                "value",
                "a limit is one of \(ProcessLimit.allCases.map(\.rawValue).joined(separator: ", ")), and 0 or more"
            )
            guard let limit, limit.controller != nil else { continue }
            self.faults.require(
                limit.range.contains(value),
                "executor_config.limits.\(name)",
                "range",
                "\(value) is outside \(limit.range.lowerBound) to \(limit.range.upperBound)"
            )
            self.faults.require(
                !shell.leavesProcesses,
                "executor_config.limits.\(name)",
                "conflict",
                "a limit of all its processes together ends with the job: it goes with no 'leave_processes'"
            )
        }
    }

    private mutating func checkUnit(_ unit: TransientUnit?) {
        self.faults.require(
            unit?.slice.map(TransientUnit.isSlice) ?? true,
            "executor_config.unit.slice",
            "name",
            "a slice's name ends with '.slice' and is made of letters, digits, '_', ':' and '.', with single '-' between "
                + "them, such as 'batch-nightly.slice'"
        )
        self.faults.require(
            unit?.description.map(TransientUnit.isDescription) ?? true,
            "executor_config.unit.description",
            "value",
            "a unit's description is one line of at most \(TransientUnit.descriptionBytes) bytes"
        )
        self.faults.require(
            !(unit?.description?.contains("${secret:") ?? false),
            "executor_config.unit.description",
            "secret",
            "everybody on the host can read it: it takes no secret"
        )
    }

    mutating func checkVariables(_ variables: [String: String]) {
        self.faults.require(
            variables.count <= JobLimits.variables,
            "executor_config.env",
            "too_many",
            "at most \(JobLimits.variables) environment variables"
        )
        self.faults.require(
            variables.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count } <= JobLimits.environmentBytes,
            "executor_config.env",
            "length",
            "all variables together have at most \(JobLimits.environmentBytes) bytes: no process takes more"
        )
        for (name, value) in variables.sorted(by: { $0.key < $1.key }) {
            let path = "executor_config.env.\(name)"
            self.faults.require(
                VariableName.isValid(name, limit: VariableName.environmentLimit),
                path,
                "name",
                "a variable's name is made of letters, digits and '_' and does not start with a digit"
            )
            self.faults.require(
                !name.hasPrefix("QF_"),
                path,
                "reserved",
                "names that start with QF_ are set by the agent; choose another"
            )
            self.faults.require(
                value.utf8.count <= JobLimits.variableBytes && !value.utf8.contains(0),
                path,
                "value",
                "a variable's value has at most \(JobLimits.variableBytes) bytes and no NUL character"
            )
        }
    }

    mutating func checkSuccessCodes(_ codes: [Int]) {
        self.faults.require(
            codes.count <= JobLimits.successCodes,
            "executor_config.success_codes",
            "too_many",
            "at most \(JobLimits.successCodes) exit codes"
        )
        for (index, code) in codes.enumerated() {
            self.faults.require(
                (0...255).contains(code),
                "executor_config.success_codes[\(index)]",
                "range",
                "\(code) is no exit code; use 0 to 255"
            )
        }
    }

    mutating func check(_ http: HTTPPayload) {
        self.checkURL(http.url)
        let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
        self.faults.require(
            methods.contains(http.method),
            "executor_config.method",
            "value",
            "a method is one of \(methods.joined(separator: ", "))"
        )
        self.faults.require(
            http.headers.count <= JobLimits.headers,
            "executor_config.headers",
            "too_many",
            "at most \(JobLimits.headers) headers"
        )
        // The client frames the message itself: these would let a job smuggle a second request (CWE-444).
        let framing: Set<String> = [
            "host", "content-length", "transfer-encoding", "connection", "upgrade", "te", "trailer",
        ]
        for (name, value) in http.headers.sorted(by: { $0.key < $1.key }) {
            let path = "executor_config.headers.\(name)"
            self.faults.require(
                TextRules.isHeaderName(name),
                path,
                "name",
                "a header's name is made of letters, digits and '-' (RFC 9110, 5.1)"
            )
            self.faults.require(
                !framing.contains(name.lowercased()),
                path,
                "reserved",
                "the agent sets this header itself; leave it out"
            )
            self.faults.require(
                !self.reservedHeaders.contains(name.lowercased().replacing("_", with: "-")),
                path,
                "reserved",
                "by this header the proxy in front of the server says who asks; no task may send it"
            )
            self.faults.require(
                !TextRules.hasControlCharacters(value.replacing("\t", with: " "))
                    && value.utf8.count
                        <= JobLimits.headerBytes,
                path,
                "value",
                "a header's value has no line breaks or other control characters and at most \(JobLimits.headerBytes) bytes"
            )
        }
        if let body = http.body {
            self.faults.require(
                body.utf8.count <= JobLimits.payloadBytes,
                "executor_config.body",
                "length",
                "a body has at most \(JobLimits.payloadBytes) bytes"
            )
        }
        self.checkStatuses(http.expectedStatus)
        self.checkOutputs(http.outputs ?? [:])
        self.checkExpected(http.expectedValues ?? [:])
        self.checkStatuses(http.retryStatuses ?? [], "retry_statuses")
        self.checkCertificate(of: http)
    }

    private mutating func checkCertificate(of http: HTTPPayload) {
        guard let name = http.clientCertificate else { return }
        let path = "executor_config.client_certificate"
        self.faults.require(
            HTTPPayload.isCertificateName(name),
            path,
            "name",
            "a name of the host's policy is made of at most 64 letters, digits, '.', '_' and '-'"
        )
        self.faults.require(
            http.url.lowercased().hasPrefix("https://"),
            path,
            "conflict",
            "a client certificate is shown over https only; the address begins with something else"
        )
    }

    private mutating func checkExpected(_ values: [String: String]) {
        let path = "executor_config.expect"
        let (limit, most) = (HTTPPayload.expectedLimit, HTTPPayload.expectedBytes)
        self.faults.require(values.count <= limit, path, "too_many", "at most \(limit) places of an answer")
        for (pointer, value) in values.sorted(by: { $0.key < $1.key }).prefix(limit) {
            let place = "\(path).\(pointer.shortened(toBytes: 64))"
            self.faults.require(
                JSONPointer(pointer) != nil && pointer.utf8.count <= most,
                place,
                "pointer",
                "'\(pointer.shortened(toBytes: 64))' is no JSON pointer such as '/data/id'"
            )
            self.faults.require(value.utf8.count <= most, place, "length", "at most \(most) bytes")
        }
    }

    private mutating func checkOutputs(_ outputs: [String: String]) {
        let path = "executor_config.outputs"
        self.faults.require(
            outputs.count < StepOutputs.countLimit,
            path,
            "too_many",
            "fewer than \(StepOutputs.countLimit) outputs"
        )
        for (name, pointer) in outputs.sorted(by: { $0.key < $1.key }).prefix(StepOutputs.countLimit) {
            self.faults.require(
                StepOutputs.isKey(name),
                "\(path).\(name)",
                "name",
                "an output's name is made of at most 64 letters, digits and '_' and does not start with a digit"
            )
            self.faults.require(
                name != HTTPPayload.statusOutput,
                "\(path).\(name)",
                "name",
                "'\(HTTPPayload.statusOutput)' is the answer's status already"
            )
            self.faults.require(
                JSONPointer(pointer) != nil,
                "\(path).\(name)",
                "pointer",
                "'\(pointer.shortened(toBytes: 64))' is no JSON pointer such as '/data/id'"
            )
        }
    }

    mutating func checkStatuses(_ statuses: [Int], _ field: String = "expected_status") {
        for (index, status) in statuses.enumerated() {
            self.faults.require(
                (100...599).contains(status),
                "executor_config.\(field)[\(index)]",
                "range",
                "\(status) is no HTTP status; use 100 to 599"
            )
        }
        self.faults.require(
            statuses.count <= JobLimits.expectedStatuses,
            "executor_config.\(field)",
            "too_many",
            "at most \(JobLimits.expectedStatuses) statuses"
        )
    }

    /// Only a trigger brings parameters: every fire of a schedule would fail for want of them.
    mutating func checkParameters(of payload: Payload, given: Set<String>) {
        for (path, text) in payload.templates {
            guard let name = RequestTemplate(text).parameters.first(where: { !given.contains($0) }) else { continue }
            self.faults.add(
                path,
                "parameter",
                "'{{\(name)}}' is a parameter, which a scheduled run has only with a 'default' in 'parameters'; write '{{{{' for a "
                    + "literal '{{'"
            )
        }
    }

    mutating func checkURL(_ text: String) {
        let path = "executor_config.url"
        // URLComponents repairs what browsers repair; a job's address has to be right as it is written.
        let plain = text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }
        guard text.utf8.count <= JobLimits.urlBytes, plain, let url = URLComponents(string: text), let host = url.host,
            !host.isEmpty,
            let scheme = url.scheme?.lowercased()
        else {
            self.faults.add(path, "syntax", "write an absolute URL such as 'https://example.org/hook'")
            return
        }
        self.faults.require(
            scheme == "http" || scheme == "https",
            path,
            "scheme",
            "only http and https are called, not '\(scheme)'"
        )
        self.faults.require(
            url.port.map { (1...65_535).contains($0) } ?? true,
            path,
            "port",
            "a port is a number from 1 to 65535"
        )
        self.faults.require(
            url.user == nil && url.password == nil,
            path,
            "credentials",
            "put credentials into an Authorization header, not into the URL"
        )
        self.faults.require(url.fragment == nil, path, "fragment", "a fragment is never sent; leave '#…' out")
        // Names are looked at by the host that calls them.
        let address = host.hasPrefix("[") ? String(host.dropFirst().dropLast()) : host
        if let why = AddressRules.refusal(ofLiteral: address) { self.faults.add(path, "address", Wording(words: why)) }
    }
}
