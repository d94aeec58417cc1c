// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

import FlowAgent
import FlowCore
import FlowProcess
import FlowRunner
import Foundation

/// What `quicflow doctor` learned of this host's agent.
struct AgentSigns: Sendable {
    enum Identity: Hashable, Sendable {
        /// This host has not joined a server.
        case none
        case damaged(String)
        /// - Parameters:
        ///   - agent: its id.
        ///   - life: of its certificate; nil when that can't be read.
        case joined(agent: String, life: RenewalSchedule?)
    }

    let directory: DirectorySigns
    /// Of the agent that works on the directory.
    var process: Int32?
    var identity = Identity.none
    /// What answered at each address where the agent looks for servers.
    var servers: [(address: String, answer: QUICProbe.Answer)] = []
    /// Programs that are not beside this one.
    var missingPrograms: [String] = []
    /// Why the host's policy can't be read.
    var policyFault: String?
    /// Files of authorities that it names and that can't be read.
    var unreadableAuthorities: [String] = []
    /// Where the agent makes control groups, and what they limit; nil = nowhere.
    var groups: GroupBase?
    /// The systemd that the agent would have make units, and whether it answers.
    var manager: (place: ServiceManager, answers: Bool)?

    /// What is to be found out without asking anybody.
    static func read(_ directory: DirectorySigns) -> AgentSigns {
        var signs = AgentSigns(directory: directory)
        guard directory.isOpen else { return signs }
        signs.process = HostEnd(dataDirectory: directory.path).agent
        if let process = signs.process {
            signs.groups = GroupBase.glance(process: process)
            // The agent's own, whoever looks; its environment is closed to others.
            let facts = try? FileManager.default.attributesOfItem(atPath: "/proc/\(process)")
            if let user = (facts?[.ownerAccountID] as? NSNumber)?.uint32Value {
                let manager =
                    user == geteuid() ? ServiceManager.usual() : .usual(user: user, runtimeDirectory: nil)
                signs.manager = (manager, manager.isReachable)
            }
        }
        do {
            if let identity = try IdentityStore.glance(dataDirectory: directory.path) {
                signs.identity = .joined(agent: identity.agent.rawValue, life: identity.renewal)
                signs.servers = identity.servers.map { ($0, .silent) }
            }
        } catch let error as CoreError {
            signs.identity = .damaged(error.message)
        } catch {
            signs.identity = .damaged(String(describing: error))
        }
        if let own = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") {
            let beside = URL(fileURLWithPath: own).deletingLastPathComponent().path
            signs.missingPrograms = ["quicflow-runner", "quicflow-work"].filter {
                !FileManager.default.isExecutableFile(atPath: beside + "/" + $0)
            }
        }
        do {
            signs.unreadableAuthorities = HostPolicyFile.unreadableAuthorities(of: try HostPolicyFile.read(nil))
        } catch let error as CoreError {
            signs.policyFault = error.message
        } catch {
            signs.policyFault = String(describing: error)
        }
        return signs
    }
}
