// SPDX-License-Identifier: GPL-3.0-or-later
import { startRoomPage } from './room_page.js';
import { PokerView } from './view/poker_view.js';

startRoomPage({ role: 'viewer', invites: 'poker.html', panel: (actions) => new PokerView(actions) });
