// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowCore
import Testing

@testable import FlowWork

@Suite("The engine's command line")
struct ContainerCommandTests {
    private func command(_ container: ContainerPayload, parameters: [String: String] = [:]) -> ContainerCommand {
        let order = WorkOrder(
            payload: .container(container),
            parameters: parameters,
            policy: HostPolicy(),
            taskID: 7,
            taskName: "t",
            executionID: "e",
            attempt: 2,
            scheduledTime: "2026-01-01T00:00:00Z",
            timeout: 0
        )
        let inherited = ["PATH": "/usr/bin", "HOME": "/root", "QF_TASK_ID": "7", "QF_AGENT_DATA": "mark"]
        return ContainerCommand(
            name: ContainerPayload.containerName(execution: "e", attempt: 2),
            order: order,
            container: container,
            inherited: inherited,
            outputs: "/var/out"
        )
    }

    @Test("Values of variables and parameters stand in no argument, where everybody could read them")
    func values() {
        let container = ContainerPayload(image: "app:1", environment: ["TOKEN": "tell-nobody"])
        let command = self.command(container, parameters: ["pass": "nor-this"])
        #expect(!command.arguments.contains { $0.contains("tell-nobody") || $0.contains("nor-this") })
        #expect(command.environment["TOKEN"] == "tell-nobody" && command.environment["QF_PARAM_PASS"] == "nor-this")
        for name in ["TOKEN", "QF_PARAM_PASS", "QF_TASK_ID", "QF_OUTPUT"] {
            let place = command.arguments.firstIndex(of: name)
            #expect(place.map { command.arguments[$0 - 1] } == "--env", "\(name)")
        }
    }

    @Test(
        "No variable of a job changes what the engine's command does",
        arguments: [
            "PATH", "HOME", "LD_PRELOAD", "DOCKER_HOST", "CONTAINERS_CONF", "XDG_RUNTIME_DIR", "GODEBUG",
            "SSL_CERT_FILE", "https_proxy", "TMPDIR",
        ]
    )
    func hijack(name: String) {
        let command = self.command(ContainerPayload(image: "app:1", environment: [name: "/evil"]))
        #expect(command.environment[name] != "/evil")
        #expect(command.arguments.contains("\(name)=/evil"))
    }

    @Test(
        "What engines know nothing of stays out of the command line",
        arguments: ["GOOGLE_API_KEY", "PATHS", "HOMEPAGE"]
    )
    func own(name: String) {
        let command = self.command(ContainerPayload(image: "app:1", environment: [name: "value"]))
        #expect(command.environment[name] == "value" && !command.arguments.contains("\(name)=value"))
    }

    @Test("What a job may not say for itself wins over what it says; the image ends the options")
    func order() {
        let container = ContainerPayload(
            image: "app:1",
            command: ["--privileged"],
            environment: ["QF_TASK_ID": "9"],
            mounts: [.init(source: "/srv/a", target: "/a"), .init(source: "/srv/b", target: "/b", isReadOnly: false)],
            memoryBytes: 64 << 20,
            cpuPercent: 105
        )
        let command = self.command(container)
        #expect(command.environment["QF_TASK_ID"] == "7")
        #expect(command.arguments.suffix(2) == ["app:1", "--privileged"])
        for pair in [
            ["--name", "qf-e-2"], ["--log-driver", "none"], ["--memory", "67108864b"], ["--cpus", "1.05"],
            ["--mount", "type=bind,source=/srv/a,target=/a,readonly"],
            ["--mount", "type=bind,source=/srv/b,target=/b"],
            ["--mount", "type=bind,source=/var/out,target=/run/quartzflow-output"],
            ["--label", "quartzflow.agent=mark"], ["--network", "bridge"], ["--pull", "missing"],
        ] {
            #expect(zip(command.arguments, command.arguments.dropFirst()).contains { [$0, $1] == pair }, "\(pair)")
        }
    }
}
