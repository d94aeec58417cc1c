// QuartzFlow
// SPDX-License-Identifier: Apache-2.0

/// What routes have in common besides their permission.
extension Endpoint {
    /// Whether somebody may use it before a password that others know is changed.
    var isOpenBeforePasswordChange: Bool {
        switch self {
        case .changePassword, .whoAmI, .signOut: true
        default: false
        }
    }

    /// Whether load balancers and monitors ask it all the time; it costs nothing and is not counted.
    var isForProbes: Bool {
        switch self {
        case .health, .ready, .version, .plainHealth, .plainReady, .s4Health: true
        default: false
        }
    }

    /// Whether it counts its callers by itself.
    var hasOwnQuota: Bool { self == .receiveHook || self == .receiveHookToken }

    /// Whether somebody may use it who has to set up a second factor first.
    var isOpenBeforeSecondFactor: Bool {
        switch self {
        case .getTOTP, .beginTOTP, .confirmTOTP: true
        default: self.isOpenBeforePasswordChange
        }
    }

    /// Whether it is about credentials and accounts, which no API token opens.
    var isForPeople: Bool {
        switch self {
        case .signOut, .changePassword, .listOwnSessions, .endOtherSessions, .endOwnSession, .listUsers, .createUser,
            .getUser, .renameUser, .deleteUser, .enableUser, .disableUser, .resetPassword, .addGrant, .removeGrant,
            .listSessions, .endSessions, .endSession, .listTokens, .createToken, .deleteToken, .getTOTP, .beginTOTP,
            .confirmTOTP, .endTOTP, .renewRecoveryCodes, .resetTOTP, .listRoles, .createRole, .updateRole, .deleteRole,
            .approveRequest, .rejectRequest, .withdrawRequest, .breakGlass, .mendGlass, .listViews, .keepView,
            .deleteView, .getPreferences, .changePreferences, .createJoinToken:
            true
        default: false
        }
    }

    /// Whether it may be answered with a request for another person's approval instead (202).
    var mayWait: Bool {
        switch self {
        case .updateTask, .deleteTask, .enableTask, .disableTask, .restoreVersion, .triggerTask, .setDependencies,
            .retryExecution, .retryRun, .cancelExecution, .stopRun, .backfillTask, .cancelWorkflowRun,
            .abandonWorkflowRun, .addGrant, .updateRole, .changeSettings, .s0UpdateTask, .s0DeleteTask, .s0PauseTask,
            .s0ResumeTask, .s0TriggerTask, .s4UpdateTask, .s4DeleteTask, .s4PauseTask, .s4ResumeTask, .s4ReorderTask:
            true
        default: false
        }
    }

    /// Whether why it is wanted may be said: it may become a request, or several.
    var takesReason: Bool {
        switch self {
        case .bulkTasks, .stopExecutions, .retryExecutions: true
        default: self.mayWait
        }
    }
}
