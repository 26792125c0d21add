// SPDX-License-Identifier: GPL-3.0-or-later
import { startRoomPage } from './room_page.js';

startRoomPage({ role: 'viewer', invites: 'viewer.html' });
