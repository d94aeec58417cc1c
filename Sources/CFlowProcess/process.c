#include "CFlowProcess.h"
