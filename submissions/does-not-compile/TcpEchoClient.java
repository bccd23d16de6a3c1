import java.io.*;
import java.net.*;

public class TcpEchoClient {
    public static void main(String[] args) throws IOException {
        Socket socket = new Socket("127.0.0.1", 50007);
        socket.getOutputStream().write("Hello, world".getBytes());
        byte[] echo = new byte[12];
        new DataInputStream(socket.getInputStream()).readFully(echo);
        System.out.println("Received: " + new String(echo));
        socket.close();
    }
}
